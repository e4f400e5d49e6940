// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/engine/sqlite_vfs.hpp"

#include <sqlite3.h>

#include <cstddef>
#include <mutex>
#include <string_view>
#include <vector>

namespace pipeline {
namespace {

sqlite3_vfs* below(sqlite3_vfs* vfs) noexcept {
    return static_cast<sqlite3_vfs*>(vfs->pAppData);
}

bool is_journal(std::string_view name) noexcept {
    return name.ends_with("-journal");
}

int find_no_journal(sqlite3_vfs* vfs, const char* name, int what, int* found) {
    if (is_journal(name)) {
        *found = 0;
        return SQLITE_OK;
    }
    return below(vfs)->xAccess(below(vfs), name, what, found);
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    return below(vfs)->xDelete(below(vfs), name, sync_folder);
}

int make_full_path(sqlite3_vfs* vfs, const char* name, int size, char* full) {
    return below(vfs)->xFullPathname(below(vfs), name, size, full);
}

int open_without_journal(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* opened) {
    if ((flags & SQLITE_OPEN_MAIN_JOURNAL) != 0) {
        file->pMethods = nullptr;
        return SQLITE_CANTOPEN;
    }
    // SQLite itself sets SQLITE_OPEN_NOFOLLOW only for the database file, not for its log.
    if ((flags & SQLITE_OPEN_WAL) != 0) flags |= SQLITE_OPEN_NOFOLLOW;
    return below(vfs)->xOpen(below(vfs), name, file, flags, opened);
}

// Opens a log only for reading. SQLite asks to open it for writing, and to create it, even for a read-only
// connection.
int open_without_writing(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* opened) {
    if ((flags & SQLITE_OPEN_WAL) != 0)
        flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    return open_without_journal(vfs, name, file, flags, opened);
}

// A VFS layered on the system's VFS. above() registers it at the first call, and again if the system's VFS
// changes.
class Layer {
  public:
    Layer(const char* name, decltype(sqlite3_vfs::xOpen) open) noexcept : name_(name), open_(open) {}

    const char* above(sqlite3_vfs* system) {
        const std::lock_guard guard(mutex_);
        if (vfs_.pAppData == system) return name_;
        if (vfs_.pAppData != nullptr) sqlite3_vfs_unregister(&vfs_);
        vfs_ = *system;
        vfs_.zName = name_;
        vfs_.pNext = nullptr;
        vfs_.pAppData = system;
        vfs_.xOpen = open_;
        vfs_.xDelete = delete_file;
        vfs_.xAccess = find_no_journal;
        vfs_.xFullPathname = make_full_path;
        sqlite3_vfs_register(&vfs_, 0);
        return name_;
    }

  private:
    const char* name_;
    decltype(sqlite3_vfs::xOpen) open_;
    std::mutex mutex_;
    sqlite3_vfs vfs_{};
};

// A file's name in the form that xOpen requires: SQLite looks for parameters behind the name's final NUL.
class FileName {
  public:
    explicit FileName(const std::filesystem::path& path)
        : name_(sqlite3_create_filename(path.c_str(), "", "", 0, nullptr)) {}
    FileName(const FileName&) = delete;
    FileName& operator=(const FileName&) = delete;
    ~FileName() { sqlite3_free_filename(const_cast<char*>(name_)); }
    [[nodiscard]] const char* get() const noexcept { return name_; }

  private:
    const char* name_;
};

}  // namespace

const char* writing_vfs() {
    static Layer layer("writing", open_without_journal);
    return layer.above(sqlite3_vfs_find(nullptr));
}

const char* reading_vfs() {
    static Layer layer("reading", open_without_writing);
    return layer.above(sqlite3_vfs_find("unix"));  // the default VFS on Linux
}

bool is_open_elsewhere(const std::filesystem::path& file) {
    sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
    const FileName name(file);
    std::vector<std::max_align_t> memory(static_cast<std::size_t>(vfs->szOsFile) / sizeof(std::max_align_t) +
                                         1);
    auto* const handle = reinterpret_cast<sqlite3_file*>(memory.data());
    constexpr int kFlags = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW;
    int opened = 0;
    if (name.get() == nullptr || vfs->xOpen(vfs, name.get(), handle, kFlags, &opened) != SQLITE_OK)
        return false;
    // Take the locks in SQLite's own order (https://www.sqlite.org/lockingv3.html).
    int code = SQLITE_OK;
    for (const int lock : {SQLITE_LOCK_SHARED, SQLITE_LOCK_RESERVED, SQLITE_LOCK_EXCLUSIVE})
        if (code == SQLITE_OK) code = handle->pMethods->xLock(handle, lock);
    handle->pMethods->xUnlock(handle, SQLITE_LOCK_NONE);
    handle->pMethods->xClose(handle);
    return (code & 0xff) == SQLITE_BUSY;
}

}  // namespace pipeline
