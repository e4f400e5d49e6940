// SPDX-License-Identifier: Apache-2.0
#include "observer/see/ledger_room.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <system_error>

#include "common/spec/ledger_spec.hpp"

namespace pipeline {
namespace {

constexpr std::chrono::milliseconds kMoment{200};

std::optional<std::uint64_t> size_of(const std::string& path) noexcept {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(status.st_size);
}

LedgerRoom::Sight sight_of(const std::string& path) {
    LedgerRoom::Sight sight;
    struct statvfs room {};
    if (::statvfs(std::filesystem::path(path).parent_path().c_str(), &room) == 0)
        sight.free_bytes = std::uint64_t{room.f_bavail} * room.f_frsize;
    sight.file_bytes = size_of(path);
    sight.log_bytes = size_of(path + "-wal");
    if (!sight.log_bytes && errno == ENOENT && sight.file_bytes) sight.log_bytes = 0;
    return sight;
}

// Blocks all signals in this thread while the object lives. A thread that is started meanwhile inherits the
// signal mask, and so gets no signals.
class AllSignalsBlocked {
  public:
    AllSignalsBlocked() noexcept {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    AllSignalsBlocked(const AllSignalsBlocked&) = delete;
    AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;
    ~AllSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_{};
};

}  // namespace

struct LedgerRoom::Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::string path;         // the file to ask about
    bool is_asked = false;    // a question waits for its answer
    bool is_over = false;     // tells the thread to end
    std::string answered_of;  // the path that `sight` describes
    Sight sight;
};

LedgerRoom::~LedgerRoom() {
    if (!thread_.joinable()) return;
    bool is_waiting = false;
    {
        const std::lock_guard guard(shared_->mutex);
        shared_->is_over = true;
        is_waiting = shared_->is_asked;
    }
    shared_->changed.notify_all();
    if (is_waiting) {
        thread_.detach();
    } else {
        thread_.join();
    }
}

LedgerRoom::Sight LedgerRoom::look(std::string_view ledger) {
    const std::string_view file = ledger_file_of(ledger);
    if (file.empty()) return {};
    if (!thread_.joinable()) {
        shared_ = std::make_shared<Shared>();
        const AllSignalsBlocked blocked;
        try {
            thread_ = std::thread([shared = shared_] { answer(shared); });
        } catch (const std::system_error&) {  // no thread can be started now
            return {};
        }
    }
    std::unique_lock lock(shared_->mutex);
    if (!shared_->is_asked) {
        shared_->path = file;
        shared_->is_asked = true;
        shared_->changed.notify_all();
    }
    const bool is_answered = shared_->changed.wait_for(lock, kMoment, [this] { return !shared_->is_asked; });
    if (shared_->answered_of != file) return Sight{{}, {}, {}, is_answered};
    Sight sight = shared_->sight;
    sight.is_answered = is_answered;
    return sight;
}

void LedgerRoom::answer(const std::shared_ptr<Shared>& shared) {
    std::unique_lock lock(shared->mutex);
    while (true) {
        shared->changed.wait(lock, [&] { return shared->is_asked || shared->is_over; });
        if (shared->is_over) return;
        const std::string path = shared->path;
        lock.unlock();
        Sight sight = sight_of(path);
        lock.lock();
        shared->sight = sight;
        shared->answered_of = path;
        shared->is_asked = false;
        shared->changed.notify_all();
    }
}

}  // namespace pipeline
