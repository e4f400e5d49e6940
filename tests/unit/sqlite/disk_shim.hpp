// SPDX-License-Identifier: Apache-2.0
// A layer between SQLite and the system's files (a VFS, https://www.sqlite.org/vfs.html): a test sees every
// call that matters to a disk before it is made, may let it fail, and hears what has changed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace pipeline::test {

enum class DiskCall { Open, Read, Write, Truncate, Sync, Delete, MapIndex };

// What a test makes of the calls. Paths are those of the database file, its -wal and its -shm.
class Disk {
  public:
    Disk() = default;
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;
    virtual ~Disk() = default;

    // Asked before each call: SQLITE_OK lets it through, any other code is its result.
    virtual int before(DiskCall call, const std::string& path) = 0;

    // ---- told after a call that has opened or changed something ----
    virtual void opened(const std::string&) {}
    virtual void created(const std::string&) {}
    virtual void wrote(const std::string&, std::uint64_t /*offset*/, std::string_view /*bytes*/) {}
    virtual void truncated(const std::string&, std::uint64_t /*bytes*/) {}
    virtual void synced(const std::string&) {}
    virtual void synced_folder() {}
    virtual void deleted(const std::string&) {}
};

// SQLite's default file system while it lives, for connections that are closed before it goes. One at a time.
// It syncs nothing: what survives is what the test says.
class DiskShim {
  public:
    explicit DiskShim(Disk& disk);
    DiskShim(const DiskShim&) = delete;
    DiskShim& operator=(const DiskShim&) = delete;
    ~DiskShim();

  private:
    struct Vfs;
    std::unique_ptr<Vfs> vfs_;
};

}  // namespace pipeline::test
