# unit tests: meaning
