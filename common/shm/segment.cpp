// SPDX-License-Identifier: Apache-2.0
#include "common/shm/segment.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/interprocess/mapped_region.hpp>
#include <boost/interprocess/permissions.hpp>
#include <boost/interprocess/shared_memory_object.hpp>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/fd.hpp"
#include "common/base/passing_error.hpp"
#include "common/shm/memory_directory.hpp"
#include "common/shm/segment_path.hpp"

namespace pipeline {
namespace {

namespace interprocess = boost::interprocess;

// An open file, in the form in which Boost's mapped_region takes it.
struct OpenFile {
    int fd;
    [[nodiscard]] interprocess::mapping_handle_t get_mapping_handle() const noexcept { return {fd, false}; }
};

bool is_object(const std::string& name) noexcept {
    return name.find('/') == std::string::npos;
}

std::string temporary(const std::string& name) {
    return name + ".new";
}

// True if `name` refers to the object that is open as `fd`.
bool is_named(int fd, const std::string& name) noexcept {
    struct stat mine {};
    struct stat named {};
    return ::fstat(fd, &mine) == 0 && ::stat(segment_path(name).c_str(), &named) == 0 &&
           mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
}

// Locks the object, then checks that the name still refers to it. Call it before removing or renaming the
// name: as long as the lock is held, no other process gives the name to another object.
void lock_named(int fd, int kind, const std::string& name) {
    if (::flock(fd, kind | LOCK_NB) == 0 && is_named(fd, name)) return;
    throw Failure(ExitStatus::CannotCreate,
                  fmt::format("segment {} is in use by another supervisor (with another --runtime-dir); stop "
                              "it, or choose another --name",
                              segment_path(name)));
}

// Allocates the file's space. Returns an errno value, 0 on success. Allocates in pieces, because a signal
// undoes the current piece: with one large piece, a timer could prevent it from ever finishing.
int allocate(int fd, std::size_t bytes) noexcept {
    constexpr std::size_t kPiece = std::size_t{64} << 10U;
    for (std::size_t done = 0; done < bytes; done += kPiece) {
        int error = EINTR;
        while (error == EINTR) {
            error = ::posix_fallocate(fd, static_cast<off_t>(done),
                                      static_cast<off_t>(std::min(kPiece, bytes - done)));
        }
        if (error != 0) return error;
    }
    return 0;
}

std::string advice_for_creation(int error, const std::string& name) {
    const std::string directory = segment_directory(name);
    switch (error) {
        case ENOSPC:
            return advice_for_full(directory);
        case ENOENT:
            return "a tmpfs must be mounted on " + directory;
        case EEXIST:
        case EISDIR:
            return "remove it, or choose another --name";
        default:
            return is_shortage(error) ? "" : directory + " must be writable for this user";
    }
}

std::string advice_for_opening(int error) {
    switch (error) {
        case EACCES:
        case EPERM:
            return "it is another user's, or must be made readable and writable: start as its owner, or "
                   "choose "
                   "another --name";
        default:
            return is_shortage(error) ? "" : "it is none of ours: remove it, or choose another --name";
    }
}

void require_file(const struct stat& status, const std::string& path) {
    if (S_ISREG(status.st_mode)) return;
    throw Failure(ExitStatus::CannotCreate,
                  "segment " + path +
                      " is no shared memory, and none of ours: remove it, or choose "
                      "another --name");
}

// Refuses another user's object, even for reading: that user could change or truncate it meanwhile. Only root
// may read such an object. Returns the object's size.
off_t require_ours(int fd, const std::string& path, Segment::Access access) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) throw system_failure(ExitStatus::InputOutput, "fstat", path, errno);
    require_file(status, path);
    const bool may_look = access == Segment::Access::ReadOnly && ::geteuid() == 0;
    if (status.st_uid != ::geteuid() && !may_look) {
        throw Failure(
            ExitStatus::CannotCreate,
            fmt::format("segment {} belongs to user {}, and this is user {}: start as its owner, or "
                        "choose another --name",
                        path, status.st_uid, ::geteuid()));
    }
    return status.st_size;
}

}  // namespace

struct Segment::Mapping {
    Mapping() = default;
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping() {
        if (is_unfinished) remove(temporary(name));
    }

    std::string name;
    bool is_unfinished = false;  // the segment still has its temporary name
    interprocess::shared_memory_object object;
    UniqueFd file;  // instead of `object` if the name is a path
    interprocess::mapped_region region;

    [[nodiscard]] int fd() const noexcept { return file ? file.get() : object.get_mapping_handle().handle; }
    void create_file();
    void open_file(interprocess::mode_t mode);

  private:
    void require_open() const {
        if (!file) throw interprocess::interprocess_exception(interprocess::error_info(errno));
    }
};

// create_file() and open_file() do for files what Boost does for shared memory objects, and throw the same
// exceptions.
void Segment::Mapping::create_file() {
    file.reset(::open(temporary(name).c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    require_open();
}
void Segment::Mapping::open_file(interprocess::mode_t mode) {
    const int access = mode == interprocess::read_write ? O_RDWR : O_RDONLY;
    file.reset(::open(name.c_str(), access | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    require_open();
}

Segment::Segment(std::unique_ptr<Mapping> mapping) noexcept : mapping_(std::move(mapping)) {}
Segment::Segment(Segment&&) noexcept = default;
Segment& Segment::operator=(Segment&&) noexcept = default;
Segment::~Segment() = default;

Segment Segment::create(const std::string& name, std::size_t bytes) {
    const std::string unfinished = temporary(name);
    remove_abandoned(unfinished);
    try {
        auto mapping = std::make_unique<Mapping>();
        mapping->name = name;
        if (is_object(name)) {
            mapping->object =
                interprocess::shared_memory_object(interprocess::create_only, unfinished.c_str(),
                                                   interprocess::read_write, interprocess::permissions(0600));
        } else {
            mapping->create_file();
        }
        const int fd = mapping->fd();
        lock_named(fd, LOCK_SH, unfinished);
        mapping->is_unfinished = true;
        if (const int error = allocate(fd, bytes); error != 0) {
            throw system_failure(ExitStatus::CannotCreate,
                                 "allocating " + std::to_string(bytes) + " bytes in", segment_path(name),
                                 error, advice_for_creation(error, name));
        }
        mapping->region = interprocess::mapped_region(OpenFile{fd}, interprocess::read_write);
        return Segment(std::move(mapping));
    } catch (const interprocess::interprocess_exception& exception) {
        const int error = exception.get_native_error();
        throw system_failure(ExitStatus::CannotCreate, "creating", segment_path(unfinished), error,
                             advice_for_creation(error, name));
    }
}

std::optional<Segment> Segment::open(const std::string& name, Access access) {
    const bool writable = access == Access::ReadWrite;
    const auto mode = writable ? interprocess::read_write : interprocess::read_only;
    struct stat status {};
    // Opening a FIFO for reading would block until a writer comes.
    if (::lstat(segment_path(name).c_str(), &status) == 0 && S_ISFIFO(status.st_mode)) {
        require_file(status, segment_path(name));
    }
    try {
        auto mapping = std::make_unique<Mapping>();
        mapping->name = name;
        if (is_object(name)) {
            mapping->object = interprocess::shared_memory_object(interprocess::open_only, name.c_str(), mode);
        } else {
            mapping->open_file(mode);
        }
        if (require_ours(mapping->fd(), segment_path(name), access) == 0) {
            throw Failure(ExitStatus::Configuration,
                          "segment " + segment_path(name) + " is empty, and none of ours: remove it");
        }
        mapping->region = interprocess::mapped_region(OpenFile{mapping->fd()}, mode);
        return Segment(std::move(mapping));
    } catch (const interprocess::interprocess_exception& exception) {
        if (exception.get_error_code() == interprocess::not_found_error) return std::nullopt;
        const int error = exception.get_native_error();
        throw system_failure(is_shortage(error) ? ExitStatus::InputOutput : ExitStatus::CannotCreate,
                             "opening", segment_path(name), error, advice_for_opening(error));
    }
}

void Segment::remove(const std::string& name) noexcept {
    if (is_object(name)) {
        interprocess::shared_memory_object::remove(name.c_str());
    } else {
        ::unlink(name.c_str());
    }
}

void Segment::remove_abandoned(const std::string& name) {
    const UniqueFd fd(::open(segment_path(name).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd) return;  // the name is free; any other obstacle shows when the new object is created
    lock_named(fd.get(), LOCK_EX, name);
    remove(name);
}

void Segment::publish() {
    const std::string from = segment_path(temporary(name()));
    const std::string to = segment_path(name());
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) {
        throw system_failure(ExitStatus::CannotCreate, "naming", to, errno,
                             "another supervisor may be using it; choose another --name");
    }
    mapping_->is_unfinished = false;
}

void Segment::replace() {
    if (!mapping_->is_unfinished) return;
    const std::string from = segment_path(temporary(name()));
    const std::string to = segment_path(name());
    if (::rename(from.c_str(), to.c_str()) != 0)
        throw system_failure(ExitStatus::CannotCreate, "naming", to, errno,
                             segment_directory(name()) + " must be writable for this user");
    mapping_->is_unfinished = false;
}

const std::string& Segment::name() const noexcept {
    return mapping_->name;
}
void* Segment::address() const noexcept {
    return mapping_->region.get_address();
}
std::size_t Segment::size() const noexcept {
    return mapping_->region.get_size();
}
int Segment::fd() const noexcept {
    return mapping_->fd();
}

// Asks the kernel for a read lease (fcntl(2)), and gives it back at once. The kernel grants the lease only
// while nobody has the file open for writing. A lease is not a lock: no flock fails because of it. A process
// that opens the file for writing at that moment waits until the lease is given back, and the kernel sends
// this process a signal: SIGURG, which is ignored.
std::optional<bool> Segment::is_written() const noexcept {
    if (::fcntl(fd(), F_SETSIG, SIGURG) != 0) return std::nullopt;
    if (::fcntl(fd(), F_SETLEASE, F_RDLCK) == 0) {
        ::fcntl(fd(), F_SETLEASE, F_UNLCK);
        return false;
    }
    return errno == EAGAIN ? std::optional(true) : std::nullopt;
}

bool Segment::has_its_name() const noexcept {
    return is_named(fd(), name());
}

}  // namespace pipeline
