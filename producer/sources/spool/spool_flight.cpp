// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/spool/spool_flight.hpp"

#include <algorithm>

#include "producer/sources/spool/spool_names.hpp"

namespace pipeline {

SpoolFlight::SpoolFlight(const std::unordered_set<std::uint64_t>& positions, bool bare_inodes)
    : bare_inodes_(bare_inodes) {
    for (const std::uint64_t position : positions) files_.insert(position);
}

std::optional<std::uint64_t> SpoolFlight::find(const FileIdentity& file) const {
    const std::uint64_t position = file.position();
    if (files_.contains(position)) return position;
    if (bare_inodes_ && files_.contains(file.inode)) return file.inode;
    return std::nullopt;
}

void SpoolFlight::add(const FileStatus& file, const std::string& name, bool is_id) {
    const std::uint64_t position = file.identity.position();
    files_.insert(position).first = {file.modified_ns, file.bytes};
    if (!is_id) odd_names_.insert_or_assign(position, name);
}

void SpoolFlight::found_again(std::uint64_t position, const std::string& name) {
    // To version 0.1.0, a long name, or one with a control character, was no id either, and its leftovers may
    // be in flight.
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (!SpoolNames::is_id(name) || name.size() > kInlineIdBytes ||
        std::any_of(name.begin(), name.end(), is_control))
        odd_names_.try_emplace(position, name);
}

std::optional<std::string> SpoolFlight::name_of(const Receipt& receipt) const {
    if (!receipt.id_unusable) return std::string(receipt.id);
    const auto known = odd_names_.find(receipt.position);
    return known == odd_names_.end() ? std::nullopt : std::optional(known->second);
}

bool SpoolFlight::has_changed(std::uint64_t position, const FileStatus& now) const {
    const Given* const given = files_.find(position);
    if (given == nullptr || given->modified_ns == 0) return false;
    return given->modified_ns != now.modified_ns || given->bytes != now.bytes;
}

void SpoolFlight::remove(std::uint64_t position) {
    files_.erase(position);
    if (!odd_names_.empty()) odd_names_.erase(position);
}

}  // namespace pipeline
