// SPDX-License-Identifier: Apache-2.0
#include "producer/open_source.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/source_fixture.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace pipeline;
using namespace pipeline::test;
using Ids = std::vector<std::string>;

TEST_CASE("each kind of source is opened by its specification", "[open_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "one\ntwo");
    SourceSpec spec;

    spec.kind = SourceSpec::Kind::Lines;
    spec.path = folder / "ids";
    const auto lines = open_source(spec, {}, true);
    CHECK(ids_of(take_all(*lines)) == Ids{"one", "two"});
    CHECK_FALSE(lines->wants_receipts());

    spec.kind = SourceSpec::Kind::Spool;
    spec.path = folder.path();
    CHECK(ids_of(take_all(*open_source(spec, {}, true))) == Ids{"ids"});

    spec.kind = SourceSpec::Kind::Sequence;
    spec.count = 3;
    Resume resume;
    resume.position = 2;
    CHECK(ids_of(take_all(*open_source(spec, resume, true))) == Ids{"2", "3"});
}

TEST_CASE("standard input is opened as the process has it", "[open_source]") {
    const TemporaryFolder folder;
    write_file(folder / "ids", "one\ntwo");
    const int saved = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    const int file = ::open((folder / "ids").c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(file >= 0);
    if (file != STDIN_FILENO) {
        REQUIRE(::dup2(file, STDIN_FILENO) == STDIN_FILENO);
        ::close(file);
    }
    SourceSpec spec;
    spec.kind = SourceSpec::Kind::StandardInput;
    const auto ids = ids_of(take_all(*open_source(spec, {}, false)));
    ::close(STDIN_FILENO);
    if (saved >= 0) {
        ::dup2(saved, STDIN_FILENO);
        ::close(saved);
    }
    CHECK(ids == Ids{"one", "two"});
}
