// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/invoice_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/base/error.hpp"

namespace pipeline {

InvoiceFile::InvoiceFile(std::uint64_t max_bytes, std::shared_ptr<const SpoolFolder> spool, Patience patience)
    : max_bytes_(max_bytes), spool_(std::move(spool)), patience_(patience) {}

std::string InvoiceFile::read(const Acquired& invoice, FileSink& sink) {
    patience_.begin();
    path_ = invoice.id;
    Outcome outcome = try_to_read(invoice, sink);
    while (outcome.error != 0 && patience_.wait(outcome.call, invoice.id, outcome.error))
        outcome = try_to_read(invoice, sink);
    file_.reset();
    if (outcome.error != 0)
        return fmt::format("{} {}: {}", outcome.call, invoice.id, error_text(outcome.error));
    patience_.succeeded();
    return outcome.reason;
}

InvoiceFile::Outcome InvoiceFile::try_to_open(const Acquired& invoice) {
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

InvoiceFile::Outcome InvoiceFile::too_large(const Acquired& invoice) const {
    return {
        fmt::format("{} is larger than the limit of {} bytes (--invoice-max-size)", invoice.id, max_bytes_)};
}

InvoiceFile::Outcome InvoiceFile::try_to_read(const Acquired& invoice, FileSink& sink) {
    if (Outcome outcome = try_to_open(invoice); outcome.error != 0 || !outcome.reason.empty()) return outcome;
    if (before_->bytes > max_bytes_) return too_large(invoice);
    Outcome outcome = read_all(invoice, sink);
    if (outcome.error == 0 && outcome.reason.empty() && has_changed()) outcome.reason = kChanged;
    return outcome;
}

// Stops at the size that the file had when it was opened: has_changed() tells whether it has grown since.
InvoiceFile::Outcome InvoiceFile::read_all(const Acquired& invoice, FileSink& sink) {
    sink.begin();
    std::uint64_t at = 0;
    // A file that has no size may have contents all the same (in /proc, for instance).
    while (before_->bytes == 0 || at < before_->bytes) {
        const std::span<char> room = sink.room();
        const ssize_t count = ::pread(file_.get(), room.data(), room.size(), static_cast<off_t>(at));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return {{}, "read", errno};
        if (count == 0) break;
        at += static_cast<std::uint64_t>(count);
        if (at > max_bytes_) return too_large(invoice);
        sink.take(static_cast<std::size_t>(count));
    }
    return {};
}

bool InvoiceFile::has_changed() const noexcept {
    const auto now = look_at(file_.get(), "");
    return now && before_ && (now->bytes != before_->bytes || now->modified_ns != before_->modified_ns);
}

}  // namespace pipeline
