// SPDX-License-Identifier: Apache-2.0
// Standard streams that are closed, full, or not read by anybody: they carry what people read, and no more.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <string>

#include "common/base/fd.hpp"
#include "tests/faults/said.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipe.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

TEST_CASE("closed standard streams are not taken for segments or the ledger") {
    const unsigned closed = GENERATE(1U, 2U, 4U, 7U);
    INFO("closed streams, as bits: " << closed);
    PipelineRun run;
    auto supervisor = run.start_in(
        [&] {
            for (int fd = 0; fd <= 2; ++fd) {
                if ((closed & (1U << static_cast<unsigned>(fd))) != 0) ::close(fd);
            }
        },
        {"--consumers", "1", "--source", "sequence", "--ring-capacity", "64", "--process", "simulate:1ms",
         "--max-attempts", "1"});
    // Each successor logs that an invoice has failed, and the next one checks what it attaches to. A kill
    // between two invoices fails none.
    const auto failed = [&] { return run.count("SELECT count(*) FROM invoices WHERE status = 'failed'"); };
    REQUIRE(eventually([&] { return run.has_rows(50); }));
    for (int kills = 0; kills < 5 || (kills < 100 && failed() == 0); ++kills) {
        const auto rows = run.rows();
        ::kill(supervisor.child("consumer"), SIGKILL);
        REQUIRE(eventually([&] { return run.rows() >= rows + 50; }));
    }
    REQUIRE(eventually([&] { return supervisor.children("consumer").size() == 1; }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    CHECK(failed() > 0);
    run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
    run.require_nothing_left();
}

TEST_CASE("standard input that is closed is no end of the lines") {
    PipelineRun run;
    auto supervisor = run.start_in(
        [] { ::close(0); }, {"--consumers", "1", "--source", "lines:-", "--once", "--process", "none"});
    CHECK(supervisor.wait() == 66);
    require_said(supervisor, "lines:- with standard input closed", {"lines:-", "is closed", "give it"});
    CHECK(run.rows() == 0);
    run.require_nothing_left();
}

TEST_CASE("readers of the output that have gone end nothing and lose nothing") {
    Pipe pipe;
    PipelineRun run;
    auto supervisor = run.start_in(
        [&] {
            ::dup2(pipe.in.get(), 1);
            ::dup2(pipe.in.get(), 2);
        },
        {"--consumers", "2", "--source", "sequence", "--ring-capacity", "64", "--process", "simulate:100us",
         "--log-level", "debug"});
    pipe.in.reset();
    // head -1
    char first = 0;
    while (first != '\n') REQUIRE(::read(pipe.out.get(), &first, 1) == 1);
    pipe.out.reset();
    REQUIRE(eventually([&] { return run.has_rows(50); }));
    for (const std::string victim : {"consumer", "producer"}) ::kill(supervisor.child(victim), SIGKILL);
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
    run.require_nothing_left();
}

TEST_CASE("a reader of the log who has stopped reading stops nobody") {
    Pipe pipe;
    PipelineRun run;
    auto supervisor =
        run.start_in([&] { ::dup2(pipe.in.get(), 2); },
                     {"--consumers", "2", "--source", "sequence", "--process", "none", "--rate", "2000/s"});
    pipe.fill();
    REQUIRE(eventually([&] { return run.has_rows(50); }));
    for (int kills = 0; kills < 3; ++kills) {
        const auto rows = run.rows();
        const auto consumers = supervisor.children("consumer");
        for (const pid_t consumer : consumers) ::kill(consumer, SIGKILL);
        REQUIRE(eventually([&] { return run.rows() >= rows + 100; }));
    }
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
    run.require_nothing_left();
}

TEST_CASE("a report that nobody takes is said to be lost, and the status speaks of the invoices") {
    PipelineRun run;
    auto supervisor = run.start_in(
        [] {
            const int full = ::open("/dev/full", O_WRONLY);
            ::dup2(full, 1);
        },
        {"--consumers", "1", "--source", "sequence:100", "--once", "--process", "none"});
    CHECK(supervisor.wait() == 0);
    require_said(supervisor, "a full disk under the report",
                 {"report", "standard output", "free some space"});
    run.require_numbers_up_to(100);
    run.require_nothing_left();
}

TEST_CASE("a report whose reader has stopped holds nobody up") {
    const Pipe pipe;
    pipe.fill();
    PipelineRun run;
    auto supervisor =
        run.start_in([&] { ::dup2(pipe.in.get(), 1); },
                     {"--consumers", "1", "--source", "sequence:100", "--once", "--process", "none"});
    CHECK(supervisor.wait(std::chrono::seconds(20)) == 0);
    require_said(supervisor, "nobody reads the report",
                 {"the report is lost", "standard output", "let it read on"});
    run.require_numbers_up_to(100);
    run.require_nothing_left();
}
