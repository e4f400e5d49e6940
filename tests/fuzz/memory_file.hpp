// SPDX-License-Identifier: Apache-2.0
// A file that is nowhere but in memory, for code that wants a path.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

namespace pipeline::test {

class MemoryFile {
  public:
    MemoryFile() : fd_(::memfd_create("input", MFD_CLOEXEC)) {
        if (fd_ < 0) std::abort();
    }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    ~MemoryFile() { ::close(fd_); }

    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }
    void set(std::span<const std::uint8_t> bytes) const {
        const auto size = static_cast<ssize_t>(bytes.size());
        if (::ftruncate(fd_, size) != 0 || ::pwrite(fd_, bytes.data(), bytes.size(), 0) != size) std::abort();
    }

  private:
    int fd_;
};

}  // namespace pipeline::test
