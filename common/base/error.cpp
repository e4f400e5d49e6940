// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"

#include <fmt/format.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <system_error>

#include "common/base/passing_error.hpp"
#include "common/base/printable.hpp"

namespace pipeline {

std::string error_text(int error) {
    return std::generic_category().message(error);
}

Failure system_failure(ExitStatus status, const std::string& call, const std::string& object, int error,
                       const std::string& advice) {
    const std::string_view given = advice.empty() ? advice_for_shortage(error) : std::string_view(advice);
    return Failure(status,
                   fmt::format("{} {}: {}{}{}", call, printable(object), error_text(error),
                               given.empty() ? "" : "; ", given),
                   error == ENOMEM || error == EMFILE || error == ENFILE);
}

void broken_invariant(const char* what) noexcept {
    const char prefix[] = "broken invariant: ";
    const iovec parts[] = {{const_cast<char*>(prefix), sizeof prefix - 1},
                           {const_cast<char*>(what), std::strlen(what)},
                           {const_cast<char*>("\n"), 1}};
    [[maybe_unused]] const auto written = ::writev(STDERR_FILENO, parts, 3);
    std::abort();
}

}  // namespace pipeline
