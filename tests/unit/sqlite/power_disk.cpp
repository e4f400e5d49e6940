// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/sqlite/power_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <iterator>

#include "tests/support/files.hpp"

namespace pipeline::test {
namespace {

constexpr std::uint64_t kSector = 512;

void apply_bytes(std::string& file, std::uint64_t offset, std::string_view bytes) {
    if (file.size() < offset + bytes.size()) file.resize(offset + bytes.size());  // a hole reads as zeros
    file.replace(offset, bytes.size(), bytes);
}

}  // namespace

int PowerDisk::before(DiskCall call, const std::string&) {
    if (is_off() || is_killed()) return SQLITE_IOERR;
    if (call == DiskCall::Open || call == DiskCall::Read || call == DiskCall::MapIndex) return SQLITE_OK;
    ++changes_;
    --changes_left_;
    --changes_before_kill_;
    return is_off() || is_killed() ? SQLITE_IOERR : SQLITE_OK;
}

void PowerDisk::created(const std::string& path) {
    now_[path] = std::make_shared<Contents>();
}

void PowerDisk::keep(const std::string& path) {
    opened(path);
    synced_names_[path] = now_.at(path);
}

// A file that came by a rename, after its contents were synced: its name is not, until its folder is.
void PowerDisk::opened(const std::string& path) {
    if (now_.contains(path)) return;
    auto found = std::make_shared<Contents>();
    found->synced = read_file(path);
    now_[path] = std::move(found);
}

void PowerDisk::wrote(const std::string& path, std::uint64_t offset, std::string_view bytes) {
    now_.at(path)->since.push_back({offset, std::string(bytes), false});
}

void PowerDisk::truncated(const std::string& path, std::uint64_t bytes) {
    now_.at(path)->since.push_back({bytes, {}, true});
}

void PowerDisk::synced(const std::string& path) {
    if (lies_) return;
    Contents& contents = *now_.at(path);
    for (const Change& change : contents.since) {
        if (change.is_truncation) {
            contents.synced.resize(change.offset);
        } else {
            apply_bytes(contents.synced, change.offset, change.bytes);
        }
    }
    contents.since.clear();
}

void PowerDisk::synced_folder() {
    if (!lies_ && !is_off() && !is_killed()) synced_names_ = now_;
}

void PowerDisk::deleted(const std::string& path) {
    now_.erase(path);
}

// All, none, a prefix, or any combination; of a write that is in the combination, all of its sectors or some.
std::string PowerDisk::survived(const Contents& contents) {
    std::string file = contents.synced;
    const int kind = std::uniform_int_distribution<int>(0, 3)(random_);
    std::size_t end = contents.since.size();
    if (kind == 0) end = 0;
    if (kind == 1) end = std::uniform_int_distribution<std::size_t>(0, contents.since.size())(random_);
    const double likely = kind == 3 ? 0.5 : 1.0;
    for (std::size_t i = 0; i < end; ++i) {
        const Change& change = contents.since[i];
        if (!flip(likely)) continue;
        if (change.is_truncation) {
            file.resize(change.offset);
            continue;
        }
        const bool is_torn = kind == 3 && flip(0.3);
        for (std::uint64_t at = 0; at < change.bytes.size();) {
            const std::uint64_t offset = change.offset + at;
            const std::uint64_t size = std::min(change.bytes.size() - at, kSector - offset % kSector);
            if (!is_torn || flip(0.5))
                apply_bytes(file, offset, std::string_view(change.bytes).substr(at, size));
            at += size;
        }
    }
    return file;
}

void PowerDisk::restore() {
    Names found;
    std::set<std::string> paths;
    for (const auto* names : {&now_, &synced_names_}) {
        for (const auto& [path, contents] : *names) paths.insert(path);
    }
    for (const auto& path : paths) {
        const Names& chosen = flip(0.5) ? now_ : synced_names_;
        if (const auto at = chosen.find(path); at != chosen.end()) {
            auto kept = std::make_shared<Contents>();
            kept->synced = survived(*at->second);
            found[path] = std::move(kept);
        }
    }
    for (const auto& path : paths) {
        std::filesystem::remove(path);
        if (const auto at = found.find(path); at != found.end()) write_file(path, at->second->synced);
        if (!path.ends_with("-wal")) std::filesystem::remove(path + "-shm");
    }
    now_ = found;
    synced_names_ = found;
    changes_left_ = UINT64_MAX;
    start_again();
}

}  // namespace pipeline::test
