// SPDX-License-Identifier: Apache-2.0
#include "common/shm/lock_note.hpp"

#include <fcntl.h>

#include <string>

#include "common/base/fd.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

struct NoteFile {
    explicit NoteFile(const std::string& text) { write_file(path, text); }
    TemporaryFolder folder;
    std::filesystem::path path = folder / "n.lock";
    UniqueFd open() const { return UniqueFd(::open(path.c_str(), O_RDWR | O_CLOEXEC)); }
    LockNote read() const { return read_lock_note(open().get()); }
    void write(const LockNote& note) const { write_lock_note(open().get(), note); }
};

}  // namespace

TEST_CASE("a note is read as it was written, and replaces a longer one", "[lock_note]") {
    const NoteFile file("1234567890123\n/a/much/longer/directory/than/the/next\nand more\n");
    const LockNote note{"42", "/run/x"};
    file.write(note);
    CHECK(file.read() == note);
    CHECK(read_file(file.path) == "42\n/run/x\n");
    file.write({"7", {}});
    CHECK(file.read() == LockNote{"7", {}});
}

TEST_CASE("a note that is cut short, of version 0.1.0, or none at all names no directory", "[lock_note]") {
    const auto [text, pid] = GENERATE(std::pair("", ""), std::pair("42\n", "42"), std::pair("42", "42"),
                                      std::pair("42\nrun/x\n", "42"), std::pair("\n\n", ""));
    CHECK(NoteFile(text).read() == LockNote{pid, {}});
    CHECK(read_lock_note(-1) == LockNote{});
}
