// SPDX-License-Identifier: Apache-2.0
#include "clerk/rows/spool_files.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <optional>
#include <system_error>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/printable.hpp"
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

std::optional<SpoolFile> look(const std::filesystem::path& path, std::uint64_t position) {
    const auto status = look_at(AT_FDCWD, path.c_str());
    if (!status || !S_ISREG(status->mode)) return std::nullopt;
    return SpoolFile{path.native(), status->identity.is_at(position, true)};
}

// A file whose name was taken in its folder has the name NAME~INODE there. Finds the one with this position.
std::optional<SpoolFile> find_renamed(const std::filesystem::path& folder, const std::string& name,
                                      std::uint64_t position) {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (!entry->path().filename().native().starts_with(name + "~")) continue;
        if (auto file = look(entry->path(), position); file && file->is_the_one) return file;
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

namespace {

// The spool's folder and the file's name in it; none if the source is no spool or the id no name of a file.
struct SpoolName {
    std::filesystem::path spool;
    std::string name;
};

std::optional<SpoolName> spool_name(std::string_view source, std::string_view id) {
    const SourceTraits* traits = source_traits_of(source);
    if (traits == nullptr || traits->input != SourceTraits::Input::Folder) return std::nullopt;
    SpoolName found{source.substr(source.find(':') + 1), bytes_of_printable(id)};
    if (!found.spool.is_absolute() || !is_file_name(found.name)) return std::nullopt;
    return found;
}

// Removes the file `name` of the folder if it is the one at `position`. A pipeline may give the name to
// another file at any moment: so the file gets a name of ours first, is looked at under that, and gets its
// name back if it is another one. A kill in between leaves it under our name, which begins with a dot and has
// its own behind.
bool remove_own(const std::filesystem::path& folder, const std::string& name, std::uint64_t position) {
    const auto path = folder / name;
    if (const auto file = look(path, position); !file || !file->is_the_one) return false;
    const auto ours = folder / (".pruning-" + name.substr(0, 200));
    if (::renameat2(AT_FDCWD, path.c_str(), AT_FDCWD, ours.c_str(), RENAME_NOREPLACE) != 0) {
        if (errno == ENOENT) return false;
        log(LogLevel::Warning, "{}: {}: remove it yourself", printable(path.native()), error_text(errno));
        return false;
    }
    const auto file = look(ours, position);
    if (file && file->is_the_one) {
        if (::unlink(ours.c_str()) == 0) return true;
        log(LogLevel::Warning, "{}: {}: remove it yourself", printable(ours.native()), error_text(errno));
        return false;
    }
    if (::renameat2(AT_FDCWD, ours.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0)
        log(LogLevel::Warning, "{}: {}: it was {}", printable(ours.native()), error_text(errno),
            printable(name));
    return false;
}

}  // namespace

std::vector<SpoolFile> spool_files(std::string_view source, std::string_view id, std::uint64_t position) {
    const auto where = spool_name(source, id);
    if (!where) return {};
    const auto& [spool, name] = *where;
    std::vector<SpoolFile> found;
    for (const char* folder : kFolders) {
        if (auto file = look(spool / folder / name, position)) found.push_back(*std::move(file));
    }
    const auto own = std::stable_partition(found.begin(), found.end(),
                                           [](const SpoolFile& file) { return file.is_the_one; });
    if (own != found.begin()) return found;
    for (const char* folder : kFolders) {
        if (*folder == '\0') continue;
        if (auto file = find_renamed(spool / folder, name, position)) {
            found.insert(found.begin(), *std::move(file));
            break;
        }
    }
    return found;
}

const SpoolCleaner::Renamed& SpoolCleaner::renamed_in(const std::filesystem::path& folder) {
    const auto [at, is_new] = renamed_.try_emplace(folder);
    if (!is_new) return at->second;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().native();
        if (const auto tilde = name.rfind('~'); tilde != std::string::npos && tilde != 0)
            at->second.emplace(name.substr(0, tilde), name);
    }
    return at->second;
}

std::uint64_t SpoolCleaner::remove(std::string_view source, std::string_view id, std::uint64_t position) {
    const auto where = spool_name(source, id);
    if (!where) return 0;
    for (const char* outcome : {"booked", "rejected", "failed", "duplicates"}) {
        const auto folder = where->spool / outcome;
        if (remove_own(folder, where->name, position)) return 1;
        const auto [first, last] = renamed_in(folder).equal_range(where->name);
        for (auto each = first; each != last; ++each) {
            if (remove_own(folder, each->second, position)) return 1;
        }
    }
    return 0;
}

}  // namespace pipeline
