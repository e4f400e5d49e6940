// SPDX-License-Identifier: Apache-2.0
#include "common/base/passing_error.hpp"

#include <cerrno>
#include <string>

#include "common/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;

TEST_CASE("of what has run out is said what to free or to raise", "[shortage]") {
    for (const int error : {EAGAIN, EMFILE, ENFILE, ENOMEM, ENOSPC, EDQUOT, EFBIG}) {
        CHECK(is_shortage(error));
        const std::string text = system_failure(ExitStatus::InputOutput, "doing", "something", error).what();
        CHECK(text.find(std::string("doing something: ") + error_text(error) + "; ") == 0);
        CHECK(text.find(advice_for_shortage(error)) != std::string::npos);
    }
}

TEST_CASE("a mistake is no shortage, and whoever knows better advises otherwise", "[shortage]") {
    for (const int error : {0, ENOENT, EACCES, EINTR, EINVAL}) CHECK_FALSE(is_shortage(error));
    CHECK(std::string(system_failure(ExitStatus::NoInput, "open", "x", ENOENT).what()) ==
          "open x: No such file or directory");
    CHECK(std::string(system_failure(ExitStatus::NoInput, "mmap", "x", ENOMEM, "use less").what()) ==
          "mmap x: Cannot allocate memory; use less");
}
