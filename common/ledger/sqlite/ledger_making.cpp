// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ledger_making.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <string>
#include <string_view>
#include <system_error>

#include "common/base/error.hpp"
#include "common/base/fd.hpp"
#include "common/ledger/sqlite/ledger_versions.hpp"

namespace pipeline {
namespace {

constexpr std::string_view kSuffix = ".new-";

// Builds the bytes of an empty ledger file in memory. If SQLite built the file on disk, a kill could leave a
// rollback journal beside it, and every program would refuse to open that ledger (ledger_look.hpp).
std::string image() {
    auto database = SqliteConnection::in_memory();
    make_ledger_schema(database, 0, kLedgerSchemaVersion);
    std::string bytes = database.serialized();
    bytes.at(18) = bytes.at(19) = 2;  // 2: write-ahead log (https://www.sqlite.org/fileformat2.html)
    return bytes;
}

SqliteError failure(const char* call, const std::string& name, int error) {
    using Kind = SqliteError::Kind;
    const auto kind = error == ENOSPC || error == EDQUOT                    ? Kind::Full
                      : error == EROFS || error == EACCES || error == EPERM ? Kind::ReadOnly
                      : error == ENOENT || error == ENOTDIR                 ? Kind::CannotOpen
                                                                            : Kind::InputOutput;
    const std::string what = kind == Kind::Full ? "database or disk is full" : error_text(error);
    return {kind, fmt::format("making it, {} {}: {}", call, name, what), error};
}

UniqueFd create(std::string& name) {
    std::random_device random;
    for (;;) {
        const std::string tried = fmt::format("{}{}{:08x}", name, kSuffix, random());
        UniqueFd fd(::open(tried.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
        if (!fd && errno == EEXIST) continue;
        if (!fd) throw failure("open", tried, errno);
        name = tried;
        return fd;
    }
}

void write_whole(const UniqueFd& fd, std::string_view bytes, const std::string& name) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw failure("write", name, errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(fd.get()) != 0) throw failure("fsync", name, errno);
}

// Gives the complete file `made` its final name. If another process has created a file of that name
// meanwhile, that file is the ledger, and `made` is removed.
void give_name(const std::string& made, const std::string& name) {
    if (::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE) == 0) return;
    if (errno == EINVAL || errno == ENOSYS) {
        if (::link(made.c_str(), name.c_str()) == 0) {
            ::unlink(made.c_str());
            return;
        }
    }
    const int error = errno;
    ::unlink(made.c_str());
    if (error != EEXIST) throw failure("rename", made, error);
}

}  // namespace

void make_ledger_file(const std::filesystem::path& path) {
    std::string made = path.native();
    {
        const std::string bytes = image();
        const UniqueFd fd = create(made);
        try {
            write_whole(fd, bytes, made);
        } catch (const SqliteError&) {
            ::unlink(made.c_str());
            throw;
        }
    }
    // The descriptor is closed before the file gets its name: closing it later could drop locks that SQLite
    // holds on the file.
    give_name(made, path.native());
}

void remove_name_of_making(const std::filesystem::path& path, const FileIdentity& file) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(path.parent_path(), error)) {
        const std::string& name = entry.path().native();
        if (!name.starts_with(path.native() + std::string(kSuffix))) continue;
        const auto status = look_at(AT_FDCWD, name.c_str());
        if (status && status->identity == file) ::unlink(name.c_str());
    }
}

}  // namespace pipeline
