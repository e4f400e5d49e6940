// SPDX-License-Identifier: Apache-2.0
#include "common/os/program_path.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"

namespace pipeline {
namespace {

constexpr std::string_view kUsualPath = "/usr/local/bin:/usr/bin:/bin";

// Returns 0 if the file can be executed, else an errno value.
int try_to_execute(const std::string& path) noexcept {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return errno;
    if (!S_ISREG(status.st_mode)) return EACCES;
    return ::access(path.c_str(), X_OK) == 0 ? 0 : errno;
}

}  // namespace

std::string find_program(const std::string& name, const Environment& environment, std::string_view option) {
    if (name.find('/') != std::string::npos) {
        const int error = try_to_execute(name);
        if (error == 0) return name;
        throw system_failure(ExitStatus::NoInput, "the program", in_quotes(name), error,
                             std::string(option) + " needs an executable file");
    }
    const char* const variable = environment("PATH");
    std::string_view path = variable == nullptr ? kUsualPath : std::string_view(variable);
    int error = ENOENT;
    while (true) {
        const auto colon = path.find(':');
        const std::string_view directory = path.substr(0, colon);
        // An empty entry is the working directory (environ(7)).
        std::string candidate = directory.empty() ? name : fmt::format("{}/{}", directory, name);
        const int tried = try_to_execute(candidate);
        if (tried == 0) return directory.empty() ? "./" + candidate : candidate;
        if (tried == EACCES) error = tried;
        if (colon == std::string_view::npos) break;
        path.remove_prefix(colon + 1);
    }
    throw system_failure(ExitStatus::NoInput, "the program", in_quotes(name), error,
                         std::string(option) + " needs a program that is in PATH, or its path");
}

}  // namespace pipeline
