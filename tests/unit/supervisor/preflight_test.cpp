// SPDX-License-Identifier: Apache-2.0
#include "supervisor/preflight/preflight.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>

#include "common/base/fd.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command_line_support.hpp"
#include "tests/support/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

namespace fs = std::filesystem;

class Place {
  public:
    [[nodiscard]] fs::path operator/(const std::string& name) const { return folder_ / name; }
    // Options of a pipeline with its directories here.
    [[nodiscard]] Options options(const std::string& source) const {
        Options options;
        options.consumers = {1, 1};
        options.state_dir = folder_ / "state";
        options.runtime_dir = folder_ / "run";
        options.source = parse_source(source);
        options.process = parse_process("none");
        options.ledger = parse_ledger("sqlite:" + (folder_ / "state/invoices.db").native());
        return options;
    }
    [[nodiscard]] Options list() const { return options("lines:" + (folder_ / "ids").native()); }

  private:
    TemporaryFolder folder_;
};

// Books one invoice, as a pipeline that has read `source` up to `cursor`.
void book(const Options& options, const SegmentsPlan& plan, std::uint64_t cursor) {
    const auto ledger = open_ledger(options.ledger);
    Batch batch;
    batch.add("an invoice", 0);
    CommitContext context;
    context.source = plan.source;
    context.cursor = cursor;
    context.generation = 1;
    context.ledger_id = ledger->id();
    const std::string file = plan.source_file.text();
    if (options.source.traits().input == SourceTraits::Input::List) {
        context.digest = Digest{};
        context.file = file;
    }
    ledger->commit(batch.range(), context);
}

}  // namespace

TEST_CASE("our own directories are made, and nobody else's", "[preflight]") {
    const Place place;
    Options options = place.options("spool:" + (place / "state/spool").native());
    static_cast<void>(prepare(options));
    CHECK(fs::is_directory(place / "state/spool"));
    CHECK(fs::is_directory(place / "run"));

    options.source = parse_source("spool:" + (place / "another").native());
    CHECK(refusal_of([&] { return prepare(options); }).status == ExitStatus::NoInput);
    CHECK_FALSE(fs::exists(place / "another"));
}

TEST_CASE("a directory of ours that cannot be made names the option to change", "[preflight]") {
    const Place place;
    write_file(place / "run", "a file");
    const auto refusal = refusal_of([&] { return prepare(place.options("sequence")); });
    REQUIRE(refusal);
    CHECK(refusal.status == ExitStatus::CannotCreate);
    CHECK(refusal.text.find("--runtime-dir") != std::string::npos);
}

TEST_CASE("a source that cannot be read is refused before anything starts", "[preflight]") {
    const Place place;
    write_file(place / "ids", "1\n");
    const auto refusal_for = [&](const std::string& source) {
        return refusal_of([&] { return prepare(place.options(source)); });
    };
    for (const auto& missing : {"lines:" + (place / "none").native(), "spool:" + (place / "none").native(),
                                "spool:" + (place / "ids").native(), "lines:" + (place / "in").native()}) {
        CAPTURE(missing);
        const auto refusal = refusal_for(missing);
        CHECK(refusal.status == ExitStatus::NoInput);
        CHECK(refusal.text.find(missing.substr(missing.find('/'))) != std::string::npos);
    }
    for (const auto& fine : {"lines:" + (place / "ids").native(), std::string("lines:-"),
                             std::string("sequence"), std::string("sequence:5")}) {
        CAPTURE(fine);
        CHECK(refusal_for(fine).status == ExitStatus::Drained);
    }
}

TEST_CASE("a program that is not there is refused before anything starts", "[preflight]") {
    const Place place;
    Options options = place.options("sequence");
    options.process = parse_process("exec:" + (place / "no-program").native());
    const auto refusal = refusal_of([&] { return prepare(options); });
    REQUIRE(refusal);
    CHECK(refusal.status == ExitStatus::NoInput);
    CHECK(refusal.text.find("no-program") != std::string::npos);
}

TEST_CASE("the plan says how the source is read on, and which file it is", "[preflight]") {
    const Place place;
    fs::create_directory(place / "in");
    write_file(place / "ids", "1\n");

    const SegmentsPlan sequence = prepare(place.options("sequence:5"));
    CHECK(sequence.source == "sequence");
    CHECK(sequence.ordered);
    CHECK(sequence.source_file == FileIdentity{});

    const SegmentsPlan list = prepare(place.list());
    CHECK(list.source == "lines:" + (place / "ids").native());
    CHECK(list.ordered);
    CHECK(list.source_file == look_through((place / "ids").c_str())->identity);

    const SegmentsPlan spool = prepare(place.options("spool:" + (place / "in").native()));
    CHECK_FALSE(spool.ordered);
    CHECK(spool.source_file == look_through((place / "in").c_str())->identity);
    CHECK(spool.ledger == "sqlite:" + (place / "state/invoices.db").native());
}

TEST_CASE("a new ledger is made, and its source begins at its beginning", "[preflight]") {
    const Place place;
    const Options options = place.options("sequence");
    SegmentsPlan plan = prepare(options);
    complete(plan, options);
    CHECK(fs::exists(place / "state/invoices.db"));
    CHECK(plan.ledger_id != 0);
    CHECK(plan.start_position == 0);
}

TEST_CASE("a source goes on where the ledger says, unless it is to begin anew", "[preflight]") {
    const Place place;
    Options options = place.options("sequence");
    book(options, prepare(options), 7);
    options.from_start = GENERATE(false, true);
    SegmentsPlan plan = prepare(options);
    complete(plan, options);
    CHECK(plan.start_position == (options.from_start ? 0 : 7));
}

TEST_CASE("a list that was renamed goes on under the name that the ledger knows", "[preflight]") {
    const Place place;
    write_file(place / "ids", "1\n2\n");
    Options options = place.list();
    const SegmentsPlan before = prepare(options);
    if (before.source_file.birth_ns == 0) {
        WARN("not run: this file system has no birth times");
        return;
    }
    book(options, before, 2);
    fs::rename(place / "ids", place / "renamed");
    options.source = parse_source("lines:" + (place / "renamed").native());

    const CapturedLog captured;
    SegmentsPlan plan = prepare(options);
    complete(plan, options);
    CHECK(plan.source == "lines:" + (place / "ids").native());
    CHECK(plan.start_position == 2);
    CHECK(plan.start_digest == Digest{});
    CHECK(captured.has("it goes on under that name"));
}

TEST_CASE("another file under the name of a list is read on with a word about it", "[preflight]") {
    const Place place;
    write_file(place / "ids", "1\n2\n");
    const Options options = place.list();
    const SegmentsPlan before = prepare(options);
    if (before.source_file.birth_ns == 0) {
        WARN("not run: this file system has no birth times");
        return;
    }
    book(options, before, 2);
    write_file(place / "new", "1\n2\n3\n");
    fs::rename(place / "new", place / "ids");

    const CapturedLog captured;
    SegmentsPlan plan = prepare(options);
    complete(plan, options);
    CHECK(plan.start_position == 2);
    CHECK(captured.has("another file has this name"));
}

TEST_CASE("a source that another pipeline holds is refused", "[preflight]") {
    const Place place;
    write_file(place / "ids", "1\n");
    const Options options = place.list();
    CHECK_FALSE(refusal_of([&] { require_free_source(options); }));
    const UniqueFd holder(::open((place / "ids").c_str(), O_RDONLY | O_CLOEXEC));
    REQUIRE(::flock(holder.get(), LOCK_EX | LOCK_NB) == 0);
    const auto refusal = refusal_of([&] { require_free_source(options); });
    REQUIRE(refusal);
    CHECK(refusal.status == ExitStatus::CannotCreate);
    CHECK_FALSE(refusal_of([&] { require_free_source(place.options("sequence")); }));
}

TEST_CASE("a low limit of open files is raised as far as the consumers need", "[preflight]") {
    const Place place;
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    Options options = place.options("sequence");
    options.consumers = {100, 100};

    rlimit low{64, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
    static_cast<void>(prepare(options));
    rlimit raised{};
    static_cast<void>(::getrlimit(RLIMIT_NOFILE, &raised));
    ::setrlimit(RLIMIT_NOFILE, &before);
    CHECK(raised.rlim_cur >= 132);
}
