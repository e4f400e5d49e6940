// SPDX-License-Identifier: Apache-2.0
#include "consumer/file_buffer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "common/error.hpp"
#include "common/shortage.hpp"

namespace pipeline {

FileBuffer::FileBuffer(std::size_t max_bytes, const std::filesystem::path& folder) : max_bytes_(max_bytes) {
    if (folder.empty()) return;
    folder_.reset(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder_) {
        throw system_failure(is_shortage(errno) ? ExitStatus::InputOutput : ExitStatus::NoInput, "open",
                             folder, errno,
                             is_shortage(errno) ? "" : "the folder must be there and searchable");
    }
}

void FileBuffer::open_file(const char* path) {
    constexpr std::chrono::milliseconds kTryAgain{50};
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (true) {
        file_.reset(
            ::openat(folder_ ? folder_.get() : AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
        if (file_) return;
        if (errno == EINTR) continue;
        const int error = errno;
        if (!is_shortage(error) || std::chrono::steady_clock::now() >= until) {
            errno = error;
            return;
        }
        std::this_thread::sleep_for(kTryAgain);
    }
}

std::string FileBuffer::open(const char* path, std::string_view name) {
    size_ = 0;
    open_file(path);
    if (!file_) return fmt::format("open {}: {}", name, error_text(errno));
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) return fmt::format("fstat {}: {}", name, error_text(errno));
    if (!S_ISREG(status.st_mode)) return fmt::format("{} is not a regular file", name);
    const auto bytes = static_cast<std::size_t>(status.st_size);
    if (bytes <= max_bytes_) {
        const int error = read_all(bytes);
        if (error != 0) return fmt::format("read {}: {}", name, error_text(error));
    }
    if (std::max(bytes, size_) > max_bytes_) {
        return fmt::format("{} is larger than the limit of {} bytes", name, max_bytes_);
    }
    return {};
}

bool FileBuffer::read_again() {
    return file_ && read_all(size_) == 0;
}

void FileBuffer::close() noexcept {
    file_.reset();
    size_ = 0;
    if (capacity_ > kKeptBytes) {
        data_.reset();
        capacity_ = 0;
    }
}

void FileBuffer::reserve(std::size_t bytes) {
    if (bytes <= capacity_) return;
    const std::size_t capacity = std::max(bytes, std::size_t{16384});
    // Not make_unique, which would clear what is to be read over.
    std::unique_ptr<char[]> data(new char[capacity]);
    if (size_ != 0) std::memcpy(data.get(), data_.get(), size_);
    data_ = std::move(data);
    capacity_ = capacity;
}

int FileBuffer::read_all(std::size_t expected_bytes) {
    size_ = 0;
    reserve(expected_bytes + 1);
    int error = 0;
    while (size_ <= max_bytes_) {
        if (size_ + 1 == capacity_) reserve(2 * capacity_);
        const ssize_t count =
            ::pread(file_.get(), data_.get() + size_, capacity_ - 1 - size_, static_cast<off_t>(size_));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) error = errno;
        if (count <= 0) break;
        size_ += static_cast<std::size_t>(count);
        if (size_ == expected_bytes) break;  // not asked whether it has grown: a file is handed over whole
    }
    data_[size_] = '\0';
    return error;
}

}  // namespace pipeline
