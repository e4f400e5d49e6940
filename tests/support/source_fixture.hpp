// SPDX-License-Identifier: Apache-2.0
// What the tests of the sources share: a folder that goes away, files in it, and what a source gave.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/base/error.hpp"
#include "common/os/file_identity.hpp"
#include "producer/sources/source.hpp"

namespace pipeline::testing {

class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "pipeline-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
        path_ = name;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        open_up(path_);
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  private:
    // Gives folders that a test has locked back the rights that removing them needs.
    static void open_up(const std::filesystem::path& folder) {
        std::error_code ignored;
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
        for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
            if (entry.is_directory(ignored) && !entry.is_symlink(ignored)) open_up(entry.path());
        }
    }

    std::filesystem::path path_;
};

inline void write_file(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}
inline void append_to(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary | std::ios::app) << text;
}
inline std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
inline std::uint64_t inode_of(const std::filesystem::path& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) throw std::runtime_error("lstat " + path.string());
    return status.st_ino;
}

inline std::uint64_t position_of(const std::filesystem::path& path) {
    const auto seen = look_at(AT_FDCWD, path.c_str());
    if (!seen) throw std::runtime_error("statx " + path.string());
    return seen->identity.position();
}

struct Taken {
    std::string id;
    std::uint64_t position;
    std::uint32_t extent;
    bool unusable;
};

inline std::vector<Taken> take(Source& source, std::size_t most) {
    std::vector<Item> items(most);
    const std::size_t count = source.acquire(items);
    std::vector<Taken> taken;
    for (std::size_t i = 0; i < count; ++i) {
        taken.push_back(
            {std::string(items[i].id_text()), items[i].position, items[i].extent, items[i].id_unusable()});
    }
    return taken;
}

// All that there is now, `batch` items at a time.
inline std::vector<Taken> take_all(Source& source, std::size_t batch = 64) {
    std::vector<Taken> all;
    while (true) {
        const auto some = take(source, batch);
        if (some.empty()) return all;
        all.insert(all.end(), some.begin(), some.end());
    }
}

inline std::vector<std::string> ids_of(const std::vector<Taken>& taken) {
    std::vector<std::string> ids;
    for (const Taken& item : taken) ids.push_back(item.id);
    return ids;
}

// The exit status and the message of the Failure that `action` ends with.
template <class Action>
std::pair<ExitStatus, std::string> failure_of(Action&& action) {
    try {
        action();
    } catch (const Failure& failure) {
        return {failure.status(), failure.what()};
    }
    return {ExitStatus::Drained, "no failure"};
}

inline bool mentions(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// While it lives, the process has no more rights than anybody, so that permissions count for root too.
class WithoutPrivileges {
  public:
    WithoutPrivileges() {
        if (::geteuid() == 0) lowered_ = ::seteuid(kNobody) == 0;
    }
    WithoutPrivileges(const WithoutPrivileges&) = delete;
    WithoutPrivileges& operator=(const WithoutPrivileges&) = delete;
    ~WithoutPrivileges() {
        if (lowered_ && ::seteuid(0) != 0) std::abort();
    }

  private:
    static constexpr uid_t kNobody = 65534;
    bool lowered_ = false;
};

// While it lives, what is written to stderr goes to a file; lines() says what that was.
class CapturedLog {
  public:
    CapturedLog() : saved_(::dup(STDERR_FILENO)) {
        const int file = ::open((folder_ / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        ::dup2(file, STDERR_FILENO);
        ::close(file);
    }
    CapturedLog(const CapturedLog&) = delete;
    CapturedLog& operator=(const CapturedLog&) = delete;
    ~CapturedLog() {
        ::dup2(saved_, STDERR_FILENO);
        ::close(saved_);
    }
    [[nodiscard]] std::vector<std::string> lines() const {
        std::ifstream file(folder_ / "log");
        std::vector<std::string> all;
        for (std::string line; std::getline(file, line);) all.push_back(line);
        return all;
    }

  private:
    TemporaryFolder folder_;
    int saved_;
};

}  // namespace pipeline::testing
