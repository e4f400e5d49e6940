// SPDX-License-Identifier: Apache-2.0
#include "supervisor/preflight/preflight.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/passing_error.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "common/os/file_identity.hpp"
#include "common/os/program_path.hpp"
#include "common/os/source_lock.hpp"
#include "common/shm/memory_directory.hpp"

namespace pipeline {
namespace {

using Input = SourceTraits::Input;

[[noreturn]] void fail_to_make(const std::filesystem::path& path, int error, const char* option) {
    throw system_failure(ExitStatus::CannotCreate, "making the directory", path, error,
                         std::string("choose another with ") + option);
}

// Returns the longest part of the path that exists.
std::filesystem::path existing_part(std::filesystem::path path) {
    std::error_code error;
    while (!std::filesystem::exists(std::filesystem::symlink_status(path, error)) && path.has_relative_path())
        path = path.parent_path();
    return path;
}

// Raises the soft limit of open files if it is too low. Each child takes one descriptor of the supervisor;
// kOthers covers the rest (ledger, segments, logs, descriptors that a child opens).
void provide_descriptors(ConsumerRange consumers) {
    constexpr rlim_t kOthers = 32;
    const rlim_t needed = consumers.most + kOthers;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) return;
    if (limit.rlim_max < needed) {
        throw Failure(
            ExitStatus::CannotCreate,
            fmt::format("--consumers {} takes {} open files, and only {} are allowed; start fewer, or {}",
                        consumers.text(), needed, limit.rlim_max, advice_for_shortage(EMFILE)));
    }
    limit.rlim_cur = needed;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void check_source(const SourceSpec& source) {
    const char* path = source.path.c_str();
    switch (source.traits().input) {
        case Input::Folder: {
            std::error_code error;
            const bool is_directory = std::filesystem::is_directory(path, error);
            if (!is_directory || ::access(path, R_OK | W_OK | X_OK) != 0) {
                throw system_failure(ExitStatus::NoInput, "the spool", path,
                                     error          ? error.value()
                                     : is_directory ? errno
                                                    : ENOTDIR,
                                     "--source spool:DIR needs a directory that can be read and written");
            }
            return;
        }
        case Input::List: {
            struct stat status {};
            if (::stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
                throw Failure(
                    ExitStatus::NoInput,
                    fmt::format("{}: is not a regular file; a pipe or a device is read with {}:- and `<`",
                                source.name(), source.traits().word));
            }
            if (::access(path, R_OK) != 0) {
                throw system_failure(
                    ExitStatus::NoInput, "the source", path, errno,
                    fmt::format("--source {} needs a file that can be read", source.traits().forms));
            }
            return;
        }
        case Input::Program:
            static_cast<void>(find_program(source.command.front(), process_environment(), "--source"));
            return;
        case Input::Queue:  // the producer asks its server: no network in the supervisor
        case Input::StandardInput:
        case Input::None:
            return;
    }
}

FileIdentity identify(const std::filesystem::path& path) {
    const auto seen = look_through(path.c_str());
    if (!seen) throw system_failure(ExitStatus::NoInput, "looking at the source", path, errno);
    return seen->identity;
}

}  // namespace

Preflight::Preflight(const Options& options, Directories directories)
    : options_(options), directories_(directories) {}

void Preflight::provide(const std::filesystem::path& path, const char* option) const {
    std::error_code error;
    if (directories_ == Directories::Make) {
        std::filesystem::create_directories(path, error);
        if (error) fail_to_make(path, error.value(), option);
        return;
    }
    const auto part = existing_part(path);
    if (!std::filesystem::is_directory(part, error))
        fail_to_make(path, error ? error.value() : ENOTDIR, option);
    if (part != path && ::access(part.c_str(), W_OK | X_OK) != 0) fail_to_make(path, errno, option);
}

// A start makes files in the directory. It fails by itself if it cannot.
void Preflight::look_into(const std::filesystem::path& path, const char* option) const {
    std::error_code error;
    if (directories_ == Directories::Make || !std::filesystem::exists(path, error)) return;
    if (::access(path.c_str(), W_OK | X_OK) == 0) return;
    throw system_failure(ExitStatus::CannotCreate, "the directory", path, errno,
                         fmt::format("it must be writable for this user; choose another with {}", option));
}

bool Preflight::will_make_source() const {
    std::error_code error;
    return directories_ == Directories::Look && is_default_spool() &&
           !std::filesystem::exists(options_.source.path, error);
}

bool Preflight::is_default_spool() const {
    return options_.source.traits().input == Input::Folder &&
           options_.source.path == options_.state_dir / "spool";
}

void Preflight::descriptors() const {
    provide_descriptors(options_.consumers);
}

void Preflight::directories() const {
    provide(options_.runtime_dir, "--runtime-dir");
    look_into(options_.runtime_dir, "--runtime-dir");
    provide(options_.shm_dir, "--shm-dir");
    look_into(options_.shm_dir, "--shm-dir");
    if (options_.shm_dir != kSharedMemory) require_memory(existing_part(options_.shm_dir));
    if (is_default_spool()) provide(options_.source.path, "--state-dir");
    if (options_.ledger.has_file() && options_.ledger.path.parent_path() == options_.state_dir)
        provide(options_.state_dir, "--state-dir");
}

void Preflight::source() const {
    if (!will_make_source()) check_source(options_.source);
}

void Preflight::program() const {
    if (options_.process.is_program())
        static_cast<void>(find_program(options_.process.command.front(), process_environment()));
}

SegmentsPlan Preflight::plan() const {
    const Input input = options_.source.traits().input;
    SegmentsPlan plan;
    plan.ring_capacity = {options_.ring_capacity, options_.body_capacity};
    plan.storage_capacity = {options_.storage_capacity, options_.result_capacity};
    plan.source = options_.source.name();
    plan.ledger = options_.ledger.text();
    plan.ordered = options_.source.traits().is_ordered;
    if (input == Input::Folder && !will_make_source()) plan.source_file = identify(options_.source.path);
    plan.from_start = options_.from_start;
    if (input == Input::List) {
        if (const auto list = look_through(options_.source.path.c_str())) plan.source_file = list->identity;
    }
    return plan;
}

void Preflight::room(const SegmentsPlan& plan) const {
    constexpr std::uint64_t kSegments = 2;
    require_room(existing_part(options_.shm_dir),
                 Segments::ring_size(plan.ring_capacity) + Storage::size(plan.storage_capacity), kSegments);
}

SegmentsPlan prepare(const Options& options) {
    const Preflight preflight(options, Directories::Make);
    preflight.descriptors();
    preflight.directories();
    preflight.source();
    preflight.program();
    return preflight.plan();
}

void require_free_source(const Options& options) {
    const SourceSpec& source = options.source;
    const Input input = source.traits().input;
    if (input != Input::Folder && input != Input::List) return;
    require_unlocked_source(source.path, source.name(), kSourceLockPatience);
}

void complete(SegmentsPlan& plan, const Options& options) {
    // Recognise a list by its file's identity only if the file has a birth time. Otherwise recognise the list
    // by its name: a new file may have the inode of an old one.
    const bool is_known_by_file =
        options.source.traits().input == Input::List && plan.source_file.birth_ns != 0;
    const auto ledger = open_ledger(options.ledger);
    plan.ledger_id = ledger->id();
    const auto known = ledger->known(plan.source, is_known_by_file ? plan.source_file.text() : "");
    if (!known) return;
    if (known->source != plan.source) {
        log(LogLevel::Notice, "{} is the list that the ledger knows as {}: it goes on under that name",
            plan.source, known->source);
        plan.source = known->source;
    }
    if (plan.from_start) return;
    if (is_known_by_file && !known->file.empty() && known->file != plan.source_file.text()) {
        log(LogLevel::Notice,
            "{}: another file has this name than the one that was read: its beginning must be "
            "the same",
            plan.source);
    }
    plan.start_position = known->cursor.value_or(0);
    plan.start_digest = known->digest;
}

}  // namespace pipeline
