// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/spool_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "common/os/file_identity.hpp"
#include "common/spec/source_spec.hpp"

namespace pipeline {
namespace {

// The folders of a spool. The first is the spool itself.
constexpr std::array<const char*, 6> kFolders{"", "booked", "rejected", "failed", "duplicates", "waiting"};

// True if the name can be that of a file in a spool, and no way out of it.
bool is_file_name(std::string_view name) noexcept {
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos &&
           name.find('\0') == std::string_view::npos && name.size() <= 255;
}

// A file whose name was taken in its folder has the name NAME~INODE there. Finds the one with this position.
std::optional<SpoolFile> find_renamed(const std::filesystem::path& folder, const std::string& name,
                                      std::uint64_t position, std::size_t& most_entries) {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (most_entries == 0) return std::nullopt;
        --most_entries;
        if (!entry->path().filename().native().starts_with(name + "~")) continue;
        if (auto file = look_for_file(entry->path(), position); file && file->is_the_one) return file;
    }
    return std::nullopt;
}

}  // namespace

std::string bytes_of_printable(std::string_view shown) {
    std::string bytes;
    while (!shown.empty()) {
        unsigned code = 0;
        const bool may_be_escape = shown.size() >= 4 && shown.starts_with("\\x");
        if (may_be_escape) {
            const auto [end, error] = std::from_chars(shown.data() + 2, shown.data() + 4, code, 16);
            if (error == std::errc{} && end == shown.data() + 4) {
                bytes += static_cast<char>(code);
                shown.remove_prefix(4);
                continue;
            }
        }
        bytes += shown.front();
        shown.remove_prefix(1);
    }
    return bytes;
}

std::optional<SpoolFile> look_for_file(const std::filesystem::path& path, std::uint64_t position) {
    const auto status = look_at(AT_FDCWD, path.c_str());
    if (!status || !S_ISREG(status->mode)) return std::nullopt;
    return SpoolFile{path.native(), status->identity.is_at(position, true)};
}

std::optional<SpoolName> spool_name(std::string_view source, std::string_view id) {
    const std::string plain = name_without_origin(source);
    const SourceTraits* traits = source_traits_of(source);
    if (traits == nullptr || traits->input != SourceTraits::Input::Folder) return std::nullopt;
    SpoolName found{plain.substr(plain.find(':') + 1), bytes_of_printable(id)};
    if (!found.spool.is_absolute() || !is_file_name(found.name)) return std::nullopt;
    return found;
}

std::vector<SpoolFile> spool_files(std::string_view source, std::string_view id, std::uint64_t position,
                                   std::size_t most_entries) {
    const auto where = spool_name(source, id);
    if (!where) return {};
    const auto& [spool, name] = *where;
    std::vector<SpoolFile> found;
    for (const char* folder : kFolders) {
        if (auto file = look_for_file(spool / folder / name, position)) found.push_back(*std::move(file));
    }
    const auto own = std::stable_partition(found.begin(), found.end(),
                                           [](const SpoolFile& file) { return file.is_the_one; });
    if (own != found.begin()) return found;
    for (const char* folder : kFolders) {
        if (*folder == '\0') continue;
        if (auto file = find_renamed(spool / folder, name, position, most_entries)) {
            found.insert(found.begin(), *std::move(file));
            break;
        }
    }
    return found;
}

}  // namespace pipeline
