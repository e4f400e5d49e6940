// SPDX-License-Identifier: Apache-2.0
#include "front/hand_over.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "common/base/error.hpp"

namespace pipeline {

ExitStatus hand_over(const FrontOptions& options) {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) {
        throw system_failure(ExitStatus::CannotCreate, "reading", "/proc/self/exe", error.value(),
                             "proc must be mounted on /proc");
    }
    const auto folder = self.parent_path();
    std::vector<std::string> words{options.program};
    words.insert(words.end(), options.arguments.begin(), options.arguments.end());
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const auto beside = folder / options.program;
    ::execv(beside.c_str(), argv.data());
    int failed = errno;
    if (failed == ENOENT) {
        ::execv((folder.parent_path() / options.program / options.program).c_str(), argv.data());
        if (errno != ENOENT && errno != ENOTDIR) failed = errno;
    }
    throw system_failure(ExitStatus::CannotCreate, "starting", beside, failed,
                         "install all programs of one version in one directory");
}

}  // namespace pipeline
