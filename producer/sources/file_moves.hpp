// SPDX-License-Identifier: Apache-2.0
// Moves files between open folders and never replaces a file. If the file system has no RENAME_NOREPLACE
// (NFS, some FUSE file systems), it works without this flag:
//
//   take()   moves a file into our private folder, with rename(2), after a check that the name is free there.
//            Only this process creates names in that folder.
//   give()   moves a file from that folder to any other, with link(2), which never replaces, then unlink(2).
//            A kill in between leaves two names of one file; the next give() finds both and removes the
//            first.
//
// The calls are virtual so that tests can delay them, make them fail, and kill the process at each.
#pragma once

#include <cstdint>

namespace pipeline {

class FileMoves {
  public:
    FileMoves() = default;
    FileMoves(const FileMoves&) = delete;
    FileMoves& operator=(const FileMoves&) = delete;
    virtual ~FileMoves() = default;

    // take() and give() move the file `name` from the folder `from` to the folder `to`. take() keeps the
    // name, give() changes it to `to_name`. Both return 0 or an errno value: EEXIST if `to` has a file of the
    // final name already.
    [[nodiscard]] int take(int from, const char* name, int to);
    [[nodiscard]] int give(int from, const char* name, int to, const char* to_name);

    // From now on, take() checks the name and then renames, and give() uses hard links, instead of
    // RENAME_NOREPLACE.
    void use_links() noexcept { links_ = true; }
    [[nodiscard]] bool uses_links() const noexcept { return links_; }

    // These call renameat2(2), linkat(2) and unlinkat(2). Each returns 0 or an errno value.
    [[nodiscard]] virtual int rename(int from, const char* name, int to, const char* to_name, unsigned flags);
    [[nodiscard]] virtual int link(int from, const char* name, int to, const char* to_name);
    [[nodiscard]] virtual int unlink(int folder, const char* name);

  private:
    bool links_ = false;
};

}  // namespace pipeline
