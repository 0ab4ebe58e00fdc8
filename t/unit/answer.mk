# unit tests: answer
UNIT_TESTS += t/unit/listing
t_unit_listing_SOURCES = t/unit/listing.c
t_unit_listing_LDADD = $(UNIT_LIBS)
