// SPDX-License-Identifier: Apache-2.0
#include "common/cli/config_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <cerrno>
#include <sstream>

#include "common/base/error.hpp"
#include "common/base/fd.hpp"
#include "common/base/printable.hpp"
#include "common/cli/command_line.hpp"

namespace po = boost::program_options;

namespace pipeline {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;

[[noreturn]] void unreadable(const std::string& path) {
    throw system_failure(ExitStatus::NoInput, "--config", in_quotes(path), errno,
                         "a readable file of lines NAME = VALUE is accepted");
}

std::string read_whole(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file) unreadable(path);
    std::string text;
    std::array<char, 4096> piece;
    while (true) {
        const auto bytes = ::read(file.get(), piece.data(), piece.size());
        if (bytes == 0) return text;
        if (bytes < 0) {
            if (errno == EINTR) continue;
            unreadable(path);
        }
        text.append(piece.data(), static_cast<std::size_t>(bytes));
        if (text.size() > kMaxBytes) {
            throw Failure(ExitStatus::Configuration,
                          fmt::format("--config {}: a file of at most 1 MiB is accepted", in_quotes(path)));
        }
    }
}

}  // namespace

std::vector<ConfigEntry> read_config_file(const std::string& path) {
    std::istringstream text(read_whole(path));
    std::vector<ConfigEntry> entries;
    try {
        // Declare no options: Boost then returns each name and value as written.
        for (const auto& option : po::parse_config_file(text, po::options_description(), true).options) {
            entries.push_back({option.string_key, option.value.empty() ? "" : option.value.front()});
        }
    } catch (const po::invalid_config_file_syntax& error) {
        throw Failure(ExitStatus::Configuration, fmt::format("--config {}: line {}: NAME = VALUE is accepted",
                                                             in_quotes(path), in_quotes(error.tokens())));
    }
    return entries;
}

}  // namespace pipeline
