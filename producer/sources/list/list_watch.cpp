// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/list/list_watch.hpp"

#include <cerrno>

#include "common/base/clock.hpp"

namespace pipeline {
namespace {

// Longer than a clock tick of the kernel (at most 10 ms). File time stamps advance only with these ticks, so
// a file that changed less than kTickNs ago may change again and keep the same time stamp.
constexpr std::int64_t kTickNs = 50'000'000;

}  // namespace

bool ListWatch::is_settled(const FileStatus& status) noexcept {
    return wall_us() * 1000 - status.changed_ns >= kTickNs;
}

ListWatch::Sight ListWatch::look(const ListFile& file, const ListDigest& digest, TimePoint now) {
    next_ = now + kInterval;
    const FileStatus status = file.status();
    return {look_at_name(file), look_at_content(file, status, digest), status.bytes};
}

ListWatch::Name ListWatch::look_at_name(const ListFile& file) noexcept {
    if (const auto found = look_through(path_.c_str())) {
        name_ = found->identity == file.identity() ? Name::Same : Name::Other;
    } else if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) {
        name_ = Name::Gone;
    }
    return name_;
}

ListWatch::Content ListWatch::look_at_content(const ListFile& file, const FileStatus& status,
                                              const ListDigest& digest) {
    if (status.bytes < digest.position()) return Content::Cut;
    if (status.identity == verified_ && status.bytes == verified_bytes_ &&
        status.changed_ns == verified_changed_ns_)
        return Content::Same;
    ListDigest again(digest.chain(), digest.chain_position());
    if (!file.read(again, digest.position())) return Content::Cut;
    if (again.digest() != digest.digest()) return Content::FilledAnew;
    if (!is_settled(status)) return Content::Same;
    verified_ = status.identity;
    verified_bytes_ = status.bytes;
    verified_changed_ns_ = status.changed_ns;
    return Content::Same;
}

}  // namespace pipeline
