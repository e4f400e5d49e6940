// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/file_buffer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/base/error.hpp"

namespace pipeline {

FileBuffer::FileBuffer(std::size_t max_bytes, std::shared_ptr<const SpoolFolder> spool, Patience patience)
    : max_bytes_(max_bytes), spool_(std::move(spool)), patience_(patience) {}

std::string FileBuffer::open(const Acquired& invoice) {
    patience_.begin();
    path_ = invoice.id;
    Outcome outcome = try_to_read(invoice);
    while (outcome.error != 0 && patience_.wait(outcome.call, invoice.id, outcome.error))
        outcome = try_to_read(invoice);
    if (outcome.error != 0)
        return fmt::format("{} {}: {}", outcome.call, invoice.id, error_text(outcome.error));
    patience_.succeeded();
    return outcome.reason;
}

FileBuffer::Outcome FileBuffer::try_to_open(const Acquired& invoice) {
    const int links = spool_ ? O_NOFOLLOW : 0;
    file_.reset(::openat(spool_ ? spool_->fd() : AT_FDCWD, path_.c_str(),
                         O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | links));
    if (!file_) {
        const int error = errno;
        // Perhaps a link or an unreadable file has replaced the acquired file, so that it could not be
        // opened: check that first.
        if (std::string fault = spool_ ? spool_->find_fault(invoice) : ""; !fault.empty())
            return {std::move(fault)};
        return {{}, "open", error};
    }
    before_ = look_at(file_.get(), "");
    if (!before_) return {{}, "statx", errno};
    if (spool_ && !spool_->is_acquired(before_->identity, invoice.position)) return {SpoolFolder::kReplaced};
    if (!S_ISREG(before_->mode)) return {fmt::format("{} is not a regular file", invoice.id)};
    return {};
}

FileBuffer::Outcome FileBuffer::try_to_read(const Acquired& invoice) {
    size_ = 0;
    if (Outcome outcome = try_to_open(invoice); outcome.error != 0 || !outcome.reason.empty()) return outcome;
    const std::uint64_t bytes = before_->bytes;
    if (bytes <= max_bytes_) {
        if (const int error = read_all(bytes); error != 0) return {{}, "read", error};
    }
    if (std::max<std::uint64_t>(bytes, size_) > max_bytes_)
        return {fmt::format("{} is larger than the limit of {} bytes", invoice.id, max_bytes_)};
    return {has_changed() ? kChanged : ""};
}

bool FileBuffer::has_changed() const noexcept {
    const auto now = look_at(file_.get(), "");
    return now && before_ && (now->bytes != before_->bytes || now->modified_ns != before_->modified_ns);
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
    // Avoid make_unique: it would clear memory that is about to be overwritten.
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
        if (size_ == expected_bytes) break;  // has_changed() tells whether the file has grown since
    }
    data_[size_] = '\0';
    return error;
}

}  // namespace pipeline
