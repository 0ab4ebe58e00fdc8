# The browser tests (headless Chromium by WebDriver); skipped with a reason
# where it is missing, unless CI is set.
BROWSER_FILES = t/browser/conftest.py t/browser/visitor.py \
	t/browser/test_10_policies.py t/browser/test_20_lab.py
EXTRA_DIST += $(BROWSER_FILES) t/browser/browser.test
TESTS += t/browser/browser.test
