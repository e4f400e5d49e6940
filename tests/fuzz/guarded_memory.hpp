// SPDX-License-Identifier: Apache-2.0
// Memory whose contents come back at no cost, and whose last byte lies at the end of its last page: an access
// beyond it, or before its first page, is a fault.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace pipeline::test {

class GuardedMemory {
  public:
    // Zeroed. `bytes` is a multiple of 64, so that it begins on a cache line.
    explicit GuardedMemory(std::size_t bytes) : bytes_(bytes), pages_((bytes + kPage - 1) / kPage * kPage) {
        file_ = ::memfd_create("pristine", MFD_CLOEXEC);
        if (file_ < 0 || ::ftruncate(file_, static_cast<off_t>(pages_)) != 0) std::abort();
        void* reserved = ::mmap(nullptr, pages_ + 2 * kPage, PROT_NONE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (reserved == MAP_FAILED) std::abort();
        first_page_ = static_cast<std::byte*>(reserved) + kPage;
        if (::mmap(first_page_, pages_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file_, 0) ==
            MAP_FAILED)
            std::abort();
    }
    GuardedMemory(const GuardedMemory&) = delete;
    GuardedMemory& operator=(const GuardedMemory&) = delete;

    [[nodiscard]] std::byte* data() const noexcept { return first_page_ + (pages_ - bytes_); }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_; }

    // What it holds now is what restore() brings back.
    void keep() const {
        if (::pwrite(file_, first_page_, pages_, 0) != static_cast<ssize_t>(pages_)) std::abort();
        restore();
    }
    // Drops this process's copies of pages that were written to.
    void restore() const {
        if (::madvise(first_page_, pages_, MADV_DONTNEED) != 0) std::abort();
    }
    void forbid_writing(bool forbidden) const {
        if (::mprotect(first_page_, pages_, forbidden ? PROT_READ : PROT_READ | PROT_WRITE) != 0)
            std::abort();
    }

  private:
    static constexpr std::size_t kPage = 4096;
    std::size_t bytes_;
    std::size_t pages_;
    int file_;
    std::byte* first_page_;
};

}  // namespace pipeline::test
