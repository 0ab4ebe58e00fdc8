# unit tests: prepare
