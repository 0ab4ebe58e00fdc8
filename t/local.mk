include t/unit/local.mk
include t/fuzz/local.mk
include t/lint/local.mk
include t/live/local.mk
include t/lab/local.mk
include t/fault/local.mk
include t/bench/local.mk
include t/system/local.mk
