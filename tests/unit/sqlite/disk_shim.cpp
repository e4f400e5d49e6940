// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/sqlite/disk_shim.hpp"

#include <sqlite3.h>
#include <unistd.h>

#include <new>

#include "tests/unit/sqlite/sync_hook.hpp"

namespace pipeline::test {
namespace {

// Behind it lies the file of the system's VFS.
struct ShimFile {
    sqlite3_file base;
    Disk* disk;
    std::string* path;  // none: a file without a name
    bool is_new_log;    // made by this connection: SQLite's first sync is one of the folder, too
    [[nodiscard]] sqlite3_file* real() noexcept { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

ShimFile& shim(sqlite3_file* file) noexcept {
    return *reinterpret_cast<ShimFile*>(file);
}

sqlite3_file* real(sqlite3_file* file) noexcept {
    return shim(file).real();
}

int before(sqlite3_file* file, DiskCall call) {
    ShimFile& self = shim(file);
    return self.path == nullptr ? SQLITE_OK : self.disk->before(call, *self.path);
}

int close_file(sqlite3_file* file) {
    const int code = real(file)->pMethods->xClose(real(file));
    delete shim(file).path;
    return code;
}

int read_file_at(sqlite3_file* file, void* bytes, int size, sqlite3_int64 offset) {
    if (const int code = before(file, DiskCall::Read); code != SQLITE_OK) return code;
    return real(file)->pMethods->xRead(real(file), bytes, size, offset);
}

int write_file_at(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
    if (const int code = before(file, DiskCall::Write); code != SQLITE_OK) return code;
    const int code = real(file)->pMethods->xWrite(real(file), bytes, size, offset);
    if (code == SQLITE_OK && shim(file).path != nullptr) {
        shim(file).disk->wrote(*shim(file).path, static_cast<std::uint64_t>(offset),
                               {static_cast<const char*>(bytes), static_cast<std::size_t>(size)});
    }
    return code;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    if (const int code = before(file, DiskCall::Truncate); code != SQLITE_OK) return code;
    const int code = real(file)->pMethods->xTruncate(real(file), size);
    if (code == SQLITE_OK && shim(file).path != nullptr)
        shim(file).disk->truncated(*shim(file).path, static_cast<std::uint64_t>(size));
    return code;
}

int sync_file(sqlite3_file* file, int) {
    if (const int code = before(file, DiskCall::Sync); code != SQLITE_OK) return code;
    ShimFile& self = shim(file);
    if (self.path == nullptr) return SQLITE_OK;
    self.disk->synced(*self.path);
    if (self.is_new_log) self.disk->synced_folder();
    self.is_new_log = false;
    return SQLITE_OK;
}

int map_index(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
    if (const int code = before(file, DiskCall::MapIndex); code != SQLITE_OK) return code;
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, memory);
}

// Version 2: without xFetch, that is without memory-mapped files.
const sqlite3_io_methods kMethods{
    2,
    close_file,
    read_file_at,
    write_file_at,
    truncate_file,
    sync_file,
    [](sqlite3_file* file, sqlite3_int64* size) { return real(file)->pMethods->xFileSize(real(file), size); },
    [](sqlite3_file* file, int lock) { return real(file)->pMethods->xLock(real(file), lock); },
    [](sqlite3_file* file, int lock) { return real(file)->pMethods->xUnlock(real(file), lock); },
    [](sqlite3_file* file, int* found) {
        return real(file)->pMethods->xCheckReservedLock(real(file), found);
    },
    [](sqlite3_file* file, int what, void* argument) {
        return real(file)->pMethods->xFileControl(real(file), what, argument);
    },
    [](sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); },
    [](sqlite3_file* file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); },
    map_index,
    [](sqlite3_file* file, int offset, int count, int flags) {
        return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
    },
    [](sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); },
    [](sqlite3_file* file, int remove) { return real(file)->pMethods->xShmUnmap(real(file), remove); },
    nullptr,
    nullptr,
};

}  // namespace

struct DiskShim::Vfs {
    sqlite3_vfs base{};
    sqlite3_vfs* system = nullptr;
    Disk* disk = nullptr;
};

namespace {

template <class Vfs>
int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* opened) {
    auto& self = *static_cast<Vfs*>(vfs->pAppData);
    ShimFile& made = *new (file) ShimFile{{nullptr}, self.disk, nullptr, false};
    if (name != nullptr) {
        if (const int code = self.disk->before(DiskCall::Open, name); code != SQLITE_OK) return code;
    }
    const bool is_new = name != nullptr && (flags & SQLITE_OPEN_CREATE) != 0 && ::access(name, F_OK) != 0;
    const int code = self.system->xOpen(self.system, name, made.real(), flags, opened);
    if (code != SQLITE_OK) return code;
    made.base.pMethods = &kMethods;
    if (name == nullptr) return SQLITE_OK;
    made.path = new std::string(name);
    if (is_new) {
        made.is_new_log = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
        self.disk->created(name);
    } else {
        self.disk->opened(name);
    }
    return SQLITE_OK;
}

template <class Vfs>
int delete_file(sqlite3_vfs* vfs, const char* name, int) {
    auto& self = *static_cast<Vfs*>(vfs->pAppData);
    if (const int code = self.disk->before(DiskCall::Delete, name); code != SQLITE_OK) return code;
    const int code = self.system->xDelete(self.system, name, 0);
    if (code == SQLITE_OK) self.disk->deleted(name);
    return code;
}

}  // namespace

DiskShim::DiskShim(Disk& disk) : vfs_(std::make_unique<Vfs>()) {
    vfs_->system = sqlite3_vfs_find("unix");
    vfs_->disk = &disk;
    vfs_->base = *vfs_->system;
    vfs_->base.zName = "shim";
    vfs_->base.pNext = nullptr;
    vfs_->base.pAppData = vfs_.get();
    vfs_->base.szOsFile = static_cast<int>(sizeof(ShimFile)) + vfs_->system->szOsFile;
    vfs_->base.xOpen = open_file<Vfs>;
    vfs_->base.xDelete = delete_file<Vfs>;
    sqlite3_vfs_register(&vfs_->base, 1);
    sync_hook().on_folder = [&disk] { disk.synced_folder(); };
}

DiskShim::~DiskShim() {
    sync_hook().on_folder = nullptr;
    sqlite3_vfs_unregister(&vfs_->base);
    sqlite3_vfs_register(vfs_->system, 1);
}

}  // namespace pipeline::test
