// SPDX-License-Identifier: Apache-2.0
#include "supervisor/report/report.hpp"

#include <chrono>
#include <string>

#include "tests/support/catch.hpp"

using namespace pipeline;
using std::chrono::milliseconds;

TEST_CASE("a report says whether what waits is given again by itself", "[report]") {
    Report report;
    report.acquired = 2;
    report.outcomes.waiting = 2;
    report.waiting = 2;
    CHECK(report.text().find("waiting                2  (given again when they are due)\n") !=
          std::string::npos);
    report.is_waiting_in_vain = true;
    CHECK(report.text().find("(no run takes them now: clerk cancel, then clerk retry)\n") !=
          std::string::npos);
}

TEST_CASE("a report balances and can be read by people and programs", "[report]") {
    Report report;
    report.acquired = 12;
    report.outcomes = {5, 2, 1, 3};
    report.duration = milliseconds(500);
    CHECK(report.in_flight() == 1);
    CHECK(
        report.json() ==
        R"({"acquired":12,"booked":5,"rejected":2,"failed":1,"waiting":0,"duplicates":3,"in_flight":1,"seconds":0.500000,"rate":22.0,"halted":false,"reasons":[]})");
    CHECK(report.text().find("in flight              1") != std::string::npos);
    CHECK(report.text().find("halted") == std::string::npos);
    report.is_halted = true;
    CHECK(report.text().find("halted        by --halt-after; ") != std::string::npos);
    CHECK(report.json().find(R"("halted":true)") != std::string::npos);
    CHECK(report.has(FailOn::Failed));
    CHECK(report.has(FailOn::Rejected));
    CHECK_FALSE(report.has(FailOn::Never));
    report.outcomes.failed = 0;
    CHECK_FALSE(report.has(FailOn::Failed));
    CHECK(report.has(FailOn::Rejected));
    report.outcomes.rejected = 0;
    CHECK_FALSE(report.has(FailOn::Rejected));
    report.outcomes = {6, 2, 1, 3};
    report.outcomes.booked = 6;
    CHECK(report.text().find("in flight") == std::string::npos);
}
