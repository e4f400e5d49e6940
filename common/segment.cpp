// SPDX-License-Identifier: Apache-2.0
#include "common/segment.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/interprocess/mapped_region.hpp>
#include <boost/interprocess/permissions.hpp>
#include <boost/interprocess/shared_memory_object.hpp>
#include <utility>

#include "common/error.hpp"
#include "common/fd.hpp"

namespace pipeline {
namespace {

namespace interprocess = boost::interprocess;

// shm_open(3) is specified by name, but there is no renaming in it: on Linux the objects are the files of
// this tmpfs.
std::string path_of(const std::string& name) {
    return "/dev/shm/" + name;
}
std::string temporary(const std::string& name) {
    return name + ".new";
}

// Touches every page now, so that no page fault happens inside a critical section.
void prefault(void* address, std::size_t bytes, bool writable) noexcept {
#ifdef MADV_POPULATE_WRITE
    if (::madvise(address, bytes, writable ? MADV_POPULATE_WRITE : MADV_POPULATE_READ) == 0) return;
#endif
    (void)writable;
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    for (std::size_t offset = 0; offset < bytes; offset += page) {
        static_cast<void>(*(static_cast<volatile const char*>(address) + offset));
    }
}

}  // namespace

struct Segment::Mapping {
    std::string name;
    interprocess::shared_memory_object object;
    interprocess::mapped_region region;
};

Segment::Segment(std::unique_ptr<Mapping> mapping) noexcept : mapping_(std::move(mapping)) {}
Segment::Segment(Segment&&) noexcept = default;
Segment& Segment::operator=(Segment&&) noexcept = default;
Segment::~Segment() = default;

Segment Segment::create(const std::string& name, std::size_t bytes) {
    const std::string unfinished = temporary(name);
    interprocess::shared_memory_object::remove(unfinished.c_str());
    try {
        auto mapping = std::make_unique<Mapping>();
        mapping->name = name;
        mapping->object =
            interprocess::shared_memory_object(interprocess::create_only, unfinished.c_str(),
                                               interprocess::read_write, interprocess::permissions(0600));
        const int error =
            ::posix_fallocate(mapping->object.get_mapping_handle().handle, 0, static_cast<off_t>(bytes));
        if (error != 0) {
            remove(unfinished);
            throw system_failure(ExitStatus::CannotCreate,
                                 "allocating " + std::to_string(bytes) + " bytes in", path_of(name), error,
                                 "make /dev/shm larger, or --ring-capacity and --storage-capacity smaller");
        }
        mapping->region = interprocess::mapped_region(mapping->object, interprocess::read_write);
        prefault(mapping->region.get_address(), mapping->region.get_size(), true);
        return Segment(std::move(mapping));
    } catch (const interprocess::interprocess_exception& exception) {
        remove(unfinished);
        throw system_failure(ExitStatus::CannotCreate, "creating", path_of(unfinished),
                             exception.get_native_error());
    }
}

std::optional<Segment> Segment::open(const std::string& name, Access access) {
    const bool writable = access == Access::ReadWrite;
    const auto mode = writable ? interprocess::read_write : interprocess::read_only;
    try {
        auto mapping = std::make_unique<Mapping>();
        mapping->name = name;
        mapping->object = interprocess::shared_memory_object(interprocess::open_only, name.c_str(), mode);
        interprocess::offset_t bytes = 0;
        if (!mapping->object.get_size(bytes) || bytes == 0) {
            throw Failure(ExitStatus::Configuration,
                          "segment " + path_of(name) + " is empty: it is not one of ours; remove the file");
        }
        mapping->region = interprocess::mapped_region(mapping->object, mode);
        prefault(mapping->region.get_address(), mapping->region.get_size(), writable);
        return Segment(std::move(mapping));
    } catch (const interprocess::interprocess_exception& exception) {
        if (exception.get_error_code() == interprocess::not_found_error) return std::nullopt;
        throw system_failure(ExitStatus::CannotCreate, "opening", path_of(name), exception.get_native_error(),
                             "it may belong to another user; choose another --name");
    }
}

void Segment::remove(const std::string& name) noexcept {
    interprocess::shared_memory_object::remove(name.c_str());
}

void Segment::publish() {
    const std::string from = path_of(temporary(name()));
    const std::string to = path_of(name());
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) {
        const int error = errno;
        remove(temporary(name()));
        throw system_failure(ExitStatus::CannotCreate, "naming", to, error,
                             "another supervisor may be using it; choose another --name");
    }
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
    return mapping_->object.get_mapping_handle().handle;
}

bool Segment::has_its_name() const noexcept {
    struct stat mine {};
    struct stat named {};
    return ::fstat(fd(), &mine) == 0 && ::stat(path_of(name()).c_str(), &named) == 0 &&
           mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
}

}  // namespace pipeline
