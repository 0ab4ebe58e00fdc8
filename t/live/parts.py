# SPDX-License-Identifier: MIT
"""What needs parts that configure can leave out: files of tests, and single
tests of others."""
NEEDS = (
    ({"brotli", "zstd"}, {
        "test_15_conformance", "test_21_cross", "test_28_precompress",
        "test_34_nodes", "test_35_asked", "test_35_codings",
        "test_41_agreement", "test_90_differential",
        "test_what_is_not_made", "test_the_preparer",
        "test_every_node_confirms_what_any_has_sent",
        "test_each_client_gets_what_it_takes"}),
    ({"brotli"}, {
        "test_coding", "test_warm_stays", "test_sums_go_on_over_reloads",
        "test_the_first_request_gets_the_coded_form",
        "test_so_it_is_after_a_reload_with_another_preparer",
        "test_so_it_is_after_an_upgrade"}),
    ({"seccomp"}, {"test_nobody_gains_privileges",
                   "test_processes_are_confined"}),
    ({"crypt"}, {"test_78_access", "test_79_passwd",
                 "test_seeded[password-in-shared-cache]"}),
)
