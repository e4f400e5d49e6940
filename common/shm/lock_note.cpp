// SPDX-License-Identifier: Apache-2.0
#include "common/shm/lock_note.hpp"

#include <unistd.h>

#include <array>
#include <climits>
#include <string_view>

namespace pipeline {

std::filesystem::path lock_file(const std::filesystem::path& runtime_dir, const std::string& name) {
    return runtime_dir / (name + ".lock");
}

std::vector<std::filesystem::path> possible_lock_dirs(const std::string& name, const std::string& service,
                                                      const std::filesystem::path& runtime_dir,
                                                      const std::filesystem::path& state_dir) {
    std::vector<std::filesystem::path> found;
    for (const std::filesystem::path& directory : {runtime_dir, state_dir}) {
        if (!directory.empty()) found.push_back(directory);
    }
    for (const std::string& each : {name, service}) found.push_back(std::filesystem::path("/run") / each);
    return found;
}

LockNote read_lock_note(int fd) {
    std::array<char, PATH_MAX + 32> text{};
    const auto length = ::pread(fd, text.data(), text.size(), 0);
    std::string_view rest(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    const auto next_line = [&rest] {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        return line;
    };
    LockNote note;
    note.pid = next_line();
    const std::filesystem::path directory(next_line());
    if (directory.is_absolute()) note.shm_dir = directory;
    return note;
}

// Writes the new note over the old one, then truncates the file to the new note's length. If the old note was
// longer, its end follows the new note until then, but readers read only the first two lines.
void write_lock_note(int fd, const LockNote& note) noexcept {
    try {
        std::string text = note.pid + '\n';
        if (!note.shm_dir.empty()) text += note.shm_dir.native() + '\n';
        const auto written = ::pwrite(fd, text.data(), text.size(), 0);
        if (written >= 0) [[maybe_unused]]
            const int cut = ::ftruncate(fd, written);
    } catch (const std::bad_alloc&) {
        return;
    }
}

}  // namespace pipeline
