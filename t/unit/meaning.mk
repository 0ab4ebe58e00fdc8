# unit tests: meaning
UNIT_TESTS += t/unit/date t/unit/etag t/unit/cond t/unit/range \
	t/unit/accept t/unit/media

t_unit_date_SOURCES = t/unit/date.c
t_unit_date_LDADD = $(UNIT_LIBS)

t_unit_etag_SOURCES = t/unit/etag.c t/unit/heads.h
t_unit_etag_LDADD = $(UNIT_LIBS)

t_unit_cond_SOURCES = t/unit/cond.c
t_unit_cond_LDADD = $(UNIT_LIBS)

t_unit_range_SOURCES = t/unit/range.c
t_unit_range_LDADD = $(UNIT_LIBS)

t_unit_accept_SOURCES = t/unit/accept.c
t_unit_accept_LDADD = $(UNIT_LIBS)

t_unit_media_SOURCES = t/unit/media.c
t_unit_media_LDADD = $(UNIT_LIBS)
