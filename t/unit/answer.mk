# unit tests: answer
UNIT_TESTS += t/unit/listing
t_unit_listing_SOURCES = t/unit/listing.c
t_unit_listing_LDADD = $(UNIT_LIBS)

UNIT_TESTS += t/unit/mask
t_unit_mask_SOURCES = t/unit/mask.c
t_unit_mask_LDADD = $(UNIT_LIBS)

UNIT_TESTS += t/unit/json
t_unit_json_SOURCES = t/unit/json.c
t_unit_json_LDADD = $(UNIT_LIBS)

UNIT_TESTS += t/unit/plan t/unit/known t/unit/logline
t_unit_known_SOURCES = t/unit/known.c t/unit/heads.h t/unit/sources.h
t_unit_known_LDADD = $(UNIT_LIBS)
t_unit_plan_SOURCES = t/unit/plan.c t/unit/heads.h t/unit/sources.h
t_unit_plan_LDADD = $(UNIT_LIBS)
t_unit_logline_SOURCES = t/unit/logline.c
t_unit_logline_LDADD = $(UNIT_LIBS)

UNIT_TESTS += t/unit/wording
t_unit_wording_SOURCES = t/unit/wording.c
t_unit_wording_LDADD = $(UNIT_LIBS)
