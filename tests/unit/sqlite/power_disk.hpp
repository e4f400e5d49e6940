// SPDX-License-Identifier: Apache-2.0
// A disk whose power can be cut. What was written since the last sync of a file is then there or not, in any
// combination and down to single sectors, and so are names that were made or removed since their folder was
// synced. The files themselves are ordinary ones: a cut rewrites them to what a reboot would find.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/sqlite/disk_shim.hpp"

namespace pipeline::test {

class PowerDisk final : public Disk {
  public:
    // A disk that `lies` forgets its syncs: with it, what a correct ledger promises cannot be kept.
    explicit PowerDisk(std::mt19937_64& random, bool lies = false) : random_(random), lies_(lies) {}

    // `path` has been there, name and all, since before.
    void keep(const std::string& path);

    // The power goes off when so many more calls have changed something.
    void cut_after(std::uint64_t changes) { changes_left_ = changes; }
    [[nodiscard]] bool is_off() const noexcept { return changes_left_ == 0; }
    // All processes are killed when so many more calls have changed something: nothing that was written is
    // lost.
    void kill_after(std::uint64_t changes) { changes_before_kill_ = changes; }
    [[nodiscard]] bool is_killed() const noexcept { return changes_before_kill_ == 0; }
    // New processes are started.
    void start_again() { changes_before_kill_ = UINT64_MAX; }
    // The reboot: makes the files what the disk has kept. All connections must be closed.
    void restore();
    // Calls that changed something since the beginning.
    [[nodiscard]] std::uint64_t changes() const noexcept { return changes_; }

    int before(DiskCall call, const std::string& path) override;
    void created(const std::string& path) override;
    void opened(const std::string& path) override;
    void wrote(const std::string& path, std::uint64_t offset, std::string_view bytes) override;
    void truncated(const std::string& path, std::uint64_t bytes) override;
    void synced(const std::string& path) override;
    void synced_folder() override;
    void deleted(const std::string& path) override;

  private:
    struct Change {
        std::uint64_t offset = 0;
        std::string bytes;
        bool is_truncation = false;  // to `offset` bytes
    };
    struct Contents {
        std::string synced;
        std::vector<Change> since;
    };
    using Names = std::map<std::string, std::shared_ptr<Contents>>;

    [[nodiscard]] std::string survived(const Contents& contents);
    [[nodiscard]] bool flip(double likely) { return std::bernoulli_distribution(likely)(random_); }

    std::mt19937_64& random_;
    bool lies_;
    std::uint64_t changes_left_ = UINT64_MAX;
    std::uint64_t changes_before_kill_ = UINT64_MAX;
    std::uint64_t changes_ = 0;
    Names now_;
    Names synced_names_;
};

}  // namespace pipeline::test
