#pragma once

#include <cstdlib>
#include <string>

#include <sys/wait.h>

#include "temporary_directory.hpp"

/// What a program said and how it ended.
struct ProgramResult {
    int         status; ///< −1 where it was killed
    std::string output, errors;
};

/// Runs an example, by its name, with `arguments` as for a shell, in a world of its own: it finds no data but what it brings along, and computes on
/// one thread. `before` stands before the program, `timeout 1` for one.
inline ProgramResult run_program(const std::string& name, const std::string& arguments, const std::string& before = "") {
    const TemporaryDirectory world;
    const std::string        output = (world / "output").string(), errors = (world / "errors").string();
    const std::string command = "XDG_CACHE_HOME='" + world.path().string() + "' OPENBLAS_NUM_THREADS=1 " + before + " '" XTGRAD_EXAMPLES "/" + name +
                                "' " + arguments + " >'" + output + "' 2>'" + errors + "'";
    const int ended = std::system(command.c_str());
    return {WIFEXITED(ended) ? WEXITSTATUS(ended) : -1, file_content(output), file_content(errors)};
}
