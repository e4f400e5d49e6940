// SPDX-License-Identifier: Apache-2.0
// Options of the supervisor that go together, and those that do not.
#include "supervisor/options/options.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "common/base/fd.hpp"
#include "supervisor/options/standard_input.hpp"
#include "tests/unit/options/supervisor_arguments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

TEST_CASE("options that cannot go together are refused together", "[options]") {
    CHECK(error_of(with_consumers({"--source=sequence:5"})) ==
          "--process 'invoice' cannot read --source 'sequence:5', which has no files: with a sequence, none, "
          "simulate:DURATION, exec:COMMAND or each:COMMAND is accepted");
    CHECK(options_of(with_consumers({"--source=sequence", "--process=none"})).source.text() == "sequence");

    CHECK(error_of(with_consumers({"--source=lines:/ids", "--ledger=sqlite:/x/../ids"})) ==
          "--ledger 'sqlite:/ids' is the file of --source 'lines:/ids': another file is accepted");
    CHECK(error_of(with_consumers({"--source=spool:/in", "--ledger=sqlite:/in/l.db"})) ==
          "--ledger 'sqlite:/in/l.db' is in the directory of --source 'spool:/in' and would be taken for an "
          "invoice: a file elsewhere is accepted");
    CHECK(options_of(with_consumers({"--source=spool:/in", "--ledger=sqlite:/in/.l.db"})).ledger.path ==
          "/in/.l.db");
    CHECK(options_of(with_consumers({"--source=spool:/in", "--ledger=sqlite:/in/l/l.db"})).ledger.path ==
          "/in/l/l.db");
    CHECK(error_of(with_consumers({"--source=spool:/in", "--runtime-dir=/in"})) ==
          "--runtime-dir '/in' is the directory of --source 'spool:/in' and its locks would be taken for "
          "invoices: "
          "another directory is accepted");
    CHECK(error_of(with_consumers({"--source=spool:/in", "--shm-dir=/in"})) ==
          "--shm-dir '/in' is the directory of --source 'spool:/in' and its segments would be taken for "
          "invoices: "
          "another directory is accepted");
}

TEST_CASE("options of an exec: source are refused with any other", "[options]") {
    const auto options = options_of(
        with_consumers({"--source=exec:feed secret", "--process=none", "--origin=orders", "--every=90s"}));
    CHECK(options.source.name() == "exec:orders");
    CHECK(options.every == 90s);
    CHECK(error_of(with_consumers({"--source=lines:/ids", "--origin=a"})) ==
          "--origin does not go with --source 'lines:/ids': exec:COMMAND is accepted with it");
    CHECK(error_of(with_consumers({"--source=lines:/ids", "--every=1min"})) ==
          "--every does not go with --source 'lines:/ids': exec:COMMAND is accepted with it");
    CHECK(error_of(with_consumers({"--source=exec:feed", "--origin=a", "--every=1min", "--once"})) ==
          "--every 1min does not go with --once, which ends with the program: one of them is accepted");
    CHECK(error_of(with_consumers({"--source=exec:feed", "--every=1ms"})).starts_with("--every '1ms': "));
    CHECK(error_of(with_consumers({"--source=exec:feed", "--origin=a/b"})).starts_with("--origin 'a/b': "));
    const auto refused = error_of(with_consumers({"--source=exec:feed secret", "--from-start"}));
    CHECK(refused.find("whose program decides what it gives") != std::string::npos);
    CHECK(refused.find("secret") == std::string::npos);
}

TEST_CASE("an exec: source goes with a command for each invoice, and has no end of its own", "[options]") {
    const auto options = options_of(with_consumers({"--source=exec:feed", "--", "a"}));
    CHECK(options.process.kind == pipeline::ProcessSpec::Kind::Each);
    CHECK_FALSE(options.once);
}

TEST_CASE("a command after -- is run for each invoice, and ends with a source that ends", "[options]") {
    const auto options =
        options_of(with_consumers({"--source=lines:/ids", "--", "convert", "a b", "{}", "--once"}));
    CHECK(options.process.kind == pipeline::ProcessSpec::Kind::Each);
    CHECK(options.process.command == Arguments{"convert", "a b", "{}", "--once"});
    CHECK(options.once);
    CHECK(options_of(with_consumers({"--source=lines:-", "--", "a"})).once);
    CHECK(options_of(with_consumers({"--source=sequence:3", "--", "a"})).once);
    CHECK_FALSE(options_of(with_consumers({"--", "a"})).once);
    CHECK(options_of(with_consumers({"--once", "--", "a"})).once);
    CHECK(options_of(with_consumers({"--", "a", "--", "b"})).process.command == Arguments{"a", "--", "b"});

    const std::string nothing = "-- is followed by no command: a program and its arguments are accepted";
    CHECK(error_of(with_consumers({"--"})) == nothing);
    CHECK(error_of(with_consumers({"--", ""})) == nothing);
    CHECK(error_of(with_consumers({"--source=lines:/ids", "--", "show", "a b", "{x}"})) ==
          "-- 'show 'a b' {x}': {x} is no placeholder: {} {id} {path} {attempt} {/} {//} {.} {/.} {#} {%} "
          "are accepted, "
          "and {{x}} for the text {x}");
    CHECK(error_of(with_consumers({"--source=lines:/ids", "--process", "each:sh -c 'rm {}'"})) ==
          "--process 'each:sh -c 'rm {}'': after 'each:' a shell reads the text with {} and would act on "
          "what is in the "
          "id: {} is accepted behind the text, which has it as \"$1\", as in sh -c 'echo \"$1\"' sh {}");
    CHECK(error_of(with_consumers({"--process=none", "--", "a"})) ==
          "--process and a command after -- are given: one of them is accepted");
    CHECK(error_of(with_consumers({"--process", "none", "--", "a"})) ==
          "--process and a command after -- are given: one of them is accepted");
}

TEST_CASE("a command after -- takes its ids from a pipe if no source is given", "[options]") {
    const auto options_with_pipe = [](const Arguments& arguments) {
        return std::get<Options>(parse_options(pointers_to(arguments), kEnvironment, true));
    };
    const auto options = options_with_pipe(with_consumers({"--", "convert", "{}"}));
    CHECK(options.source.text() == "lines:-");
    CHECK(options.source_choice == SourceChoice::StandardInput);
    CHECK(options.once);

    // Not if a source is given, on the command line or in a file, even if that is the usual one.
    for (const auto* source : {"spool:/in", "spool:/home/u/.local/state/invoice-pipeline/spool"}) {
        const auto given = options_with_pipe(with_consumers({"--source", source, "--", "a"}));
        CHECK(given.source.text() == source);
        CHECK(given.source_choice == SourceChoice::Given);
        CHECK_FALSE(given.once);
    }
    const OptionsFile file("source = lines:/ids\n");
    const auto configured = options_with_pipe(with_consumers({"--config", file.path(), "--", "a"}));
    CHECK(configured.source.text() == "lines:/ids");
    CHECK(configured.source_choice == SourceChoice::Given);

    // Nor without a command after "--", nor from a terminal or /dev/null.
    CHECK(options_with_pipe(with_consumers({"--process", "each:a"})).source.kind == SourceSpec::Kind::Spool);
    const auto watched = options_of(with_consumers({"--", "a"}));
    CHECK(watched.source.text() == "spool:/home/u/.local/state/invoice-pipeline/spool");
    CHECK(watched.source_choice == SourceChoice::Default);
    CHECK_FALSE(watched.once);
}

TEST_CASE("a pipe, a socket and a file may give ids, a terminal and /dev/null do not", "[options]") {
    const TemporaryFolder folder;
    folder.write("ids", "a\n");
    const auto gives = [](int fd) {
        const UniqueFd owner(fd);
        return may_give_ids(fd);
    };
    CHECK(gives(::open((folder / "ids").c_str(), O_RDONLY)));
    CHECK_FALSE(gives(::open((folder / "ids").c_str(), O_WRONLY)));
    CHECK_FALSE(gives(::open("/dev/null", O_RDONLY)));
    CHECK_FALSE(gives(::open("/", O_RDONLY)));
    CHECK_FALSE(gives(::posix_openpt(O_RDWR | O_NOCTTY)));
    CHECK_FALSE(may_give_ids(-1));
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    CHECK(gives(ends[0]));
    CHECK_FALSE(gives(ends[1]));
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    CHECK(gives(ends[0]));
    ::close(ends[1]);
}

TEST_CASE("options of work outside are accepted where there is some", "[options]") {
    const auto exec = options_of(
        with_consumers({"--process=exec:./book", "--request=json", "--pipeline=64", "--memory-limit=512MiB",
                        "--max-items-per-child=1000", "--start-timeout=2min"}));
    CHECK(exec.outside.start_timeout == std::chrono::minutes(2));
    CHECK(exec.outside.request == pipeline::RequestForm::Json);
    CHECK(exec.outside.pipeline == 64);
    CHECK(exec.outside.memory_limit == 536'870'912);
    CHECK(exec.outside.max_items_per_child == 1000);
    CHECK(options_of(with_consumers({"--isolate", "--pipeline=4", "--memory-limit=1GiB"})).outside.isolate);
    CHECK(options_of(with_consumers({"--process=each:a", "--memory-limit=1GiB"})).outside.memory_limit ==
          1U << 30U);

    const auto each = options_of(with_consumers({"--process=each:a", "--stdin=body", "--keep-output"}));
    CHECK(each.outside.standard_input == pipeline::InputForm::Body);
    CHECK(each.outside.keep_output);
    CHECK(options_of(with_consumers({"--process=exec:a", "--request=raw"})).outside.request ==
          pipeline::RequestForm::Raw);
    CHECK(error_of(with_consumers({"--process=none", "--invoice-max-size=1MiB"})) ==
          "--invoice-max-size does not go with --process 'none': invoice is accepted with it");
    CHECK(error_of(with_consumers({"--process=none", "--same-number=reject"})) ==
          "--same-number does not go with --process 'none': invoice is accepted with it");
    CHECK(options_of(with_consumers({"--process=ubl", "--invoice-max-size=1MiB"})).outside.invoice_max_size ==
          1 << 20);
    CHECK(error_of(with_consumers({"--process=exec:a", "--keep-output"})) ==
          "--keep-output does not go with --process 'exec:a': each:COMMAND is accepted with it");
    CHECK(error_of(with_consumers({"--process=exec:a", "--stdin=body"})) ==
          "--stdin does not go with --process 'exec:a': each:COMMAND is accepted with it");

    CHECK(error_of(with_consumers({"--pipeline=2"})) ==
          "--pipeline does not go with --process 'invoice': exec:COMMAND, or --isolate, is accepted with it");
    CHECK(error_of(with_consumers({"--process=each:a", "--pipeline=2"})) ==
          "--pipeline does not go with --process 'each:a': exec:COMMAND, or --isolate, is accepted with it");
    CHECK(
        error_of(with_consumers({"--process=each:a", "--max-items-per-child=2"})) ==
        "--max-items-per-child does not go with --process 'each:a': exec:COMMAND, or --isolate, is accepted "
        "with it");
    CHECK(error_of(with_consumers({"--process=each:a", "--start-timeout=2s"})) ==
          "--start-timeout does not go with --process 'each:a': exec:COMMAND, or --isolate, is accepted with "
          "it");
    CHECK(error_of(with_consumers({"--isolate", "--request=json"})) ==
          "--request does not go with --process 'invoice': exec:COMMAND is accepted with it");
    CHECK(error_of(with_consumers({"--process=exec:a", "--isolate"})) ==
          "--isolate does not go with --process 'exec:a': a program is outside already");
    CHECK(options_of(with_consumers({"--process=each:a", "--confine"})).outside.confine);
    CHECK(options_of(with_consumers({"--isolate", "--confine"})).outside.confine);
    CHECK(error_of(with_consumers({"--confine"})) ==
          "--confine does not go with --process 'invoice': exec:COMMAND, each:COMMAND, or --isolate, is "
          "accepted "
          "with it");
    CHECK(options_of(with_consumers({"--memory-limit=1GiB"})).outside.memory_limit == 1U << 30U);
    CHECK(error_of(with_consumers({"--process=exec:a", "--pipeline=8", "--batch-max=7"})) ==
          "--pipeline '8' is more than --batch-max 7: at most as many are accepted");
}

TEST_CASE("a source is begun anew only if it has a cursor", "[options]") {
    CHECK(options_of(with_consumers({"--source=lines:/ids", "--from-start"})).from_start);
    CHECK(options_of(with_consumers({"--source=sequence:3", "--process=none", "--from-start"})).from_start);
    CHECK_FALSE(options_of(with_consumers({"--source=lines:/ids"})).from_start);
    CHECK(error_of(with_consumers({"--source=spool:/in", "--from-start"})) ==
          "--from-start does not go with --source 'spool:/in', which is looked through from its beginning "
          "always: lines:FILE, lines:-, lines0:FILE, lines0:- or sequence[:COUNT] is accepted with it");
}
