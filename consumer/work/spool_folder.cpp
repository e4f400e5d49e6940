// SPDX-License-Identifier: Apache-2.0
#include "consumer/work/spool_folder.hpp"

#include <fcntl.h>

#include <cerrno>

#include "common/base/error.hpp"
#include "common/base/passing_error.hpp"
#include "common/core/layout.hpp"

namespace pipeline {

SpoolOrigin SpoolOrigin::of(const RingArea& area) noexcept {
    SpoolOrigin origin{std::nullopt, area.bare_inodes != 0};
    if (area.source_file != FileIdentity{}) origin.folder = area.source_file;
    return origin;
}

SpoolFolder::SpoolFolder(const std::filesystem::path& path, const SpoolOrigin& origin)
    : bare_inodes_(origin.bare_inodes) {
    fd_.reset(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const auto seen = fd_ ? look_at(fd_.get(), "") : std::nullopt;
    if (!seen) {
        const bool passes = is_passing_error(errno);
        throw system_failure(passes ? ExitStatus::InputOutput : ExitStatus::NoInput, "open", path, errno,
                             passes ? "" : "the folder must be there and searchable");
    }
    if (origin.folder && seen->identity != *origin.folder) {
        throw Failure(ExitStatus::NoInput,
                      path.string() +
                          ": is another folder than the one that the invoices were acquired from (renamed, a "
                          "link changed, or a file system mounted over it): start again when that is back");
    }
}

std::string SpoolFolder::find_fault(const Acquired& invoice) const {
    const auto seen = look_at(fd_.get(), std::string(invoice.id).c_str());
    if (seen) return is_acquired(seen->identity, invoice.position) ? "" : kReplaced;
    return errno == ENOENT ? kGone : "";
}

std::shared_ptr<const SpoolFolder> open_spool_folder(const SourceSpec& source, const SpoolOrigin& origin) {
    if (source.traits().ids != SourceTraits::Ids::FileNames) return nullptr;
    return std::make_shared<const SpoolFolder>(source.path, origin);
}

}  // namespace pipeline
