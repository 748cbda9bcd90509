#include "plot.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include <xtgrad/array/error.hpp>
#include <xtgrad/array/file.hpp>

#include "command_line.hpp"

namespace xtgrad::examples {

namespace {

constexpr int width = 900, panel_height = 420, matrix_height = 800;

// Told apart on white, in print and by the colour-blind: Okabe and Ito's palette, 2008, without its yellow.
constexpr std::array<const char*, 6> colours{"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"};

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// An unnamed file for what goes to gnuplot and comes from it: unlike pipes, three of them cannot block each other.
File scratch_file() {
    File file(std::tmpfile());
    if (!file) throw DataError(std::string("cannot make a temporary file for gnuplot: ") + std::strerror(errno));
    return file;
}

std::string content(std::FILE* file) {
    std::string            text;
    std::array<char, 4096> buffer{};
    std::rewind(file);
    for (std::size_t count = 0; (count = std::fread(buffer.data(), 1, buffer.size(), file)) > 0;) text.append(buffer.data(), count);
    return text;
}

// What gnuplot writes to its standard output for `script`.
std::string run_gnuplot(const std::string& script) {
    const File input = scratch_file(), output = scratch_file(), errors = scratch_file();
    if (std::fwrite(script.data(), 1, script.size(), input.get()) != script.size() || std::fflush(input.get()) != 0) {
        throw DataError(std::string("cannot write gnuplot's input: ") + std::strerror(errno));
    }
    std::rewind(input.get());

    posix_spawn_file_actions_t streams;
    posix_spawn_file_actions_init(&streams);
    posix_spawn_file_actions_adddup2(&streams, fileno(input.get()), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&streams, fileno(output.get()), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&streams, fileno(errors.get()), STDERR_FILENO);
    std::string          program = "gnuplot";
    std::array<char*, 2> arguments{program.data(), nullptr};
    pid_t                process = 0;
    const int            reason  = posix_spawnp(&process, "gnuplot", &streams, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&streams);
    if (reason == ENOENT) throw UsageError("plots are drawn by gnuplot, which is not installed: sudo apt-get install gnuplot-nox");
    if (reason != 0) throw DataError(std::string("gnuplot cannot be started: ") + std::strerror(reason));

    int status = 0;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    std::string result = content(output.get());
    if (status != 0) {
        std::string said = content(errors.get());
        std::replace(said.begin(), said.end(), '\n', ' ');
        throw DataError("gnuplot failed: " + said);
    }
    return result;
}

// Text in gnuplot's single quotes, in which nothing but the quote itself is special.
std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char letter : text) result += letter == '\'' ? std::string("''") : std::string(1, letter);
    return result + "'";
}

std::string terminal(const std::filesystem::path& path, int height) {
    const std::string ending = path.extension().string();
    if (ending == ".png") return fmt::format("set terminal pngcairo size {},{} noenhanced font 'sans,11' background '#ffffff'\n", width, height);
    if (ending == ".svg") return fmt::format("set terminal svg size {},{} noenhanced font 'sans,11' background '#ffffff'\n", width, height);
    throw UsageError("'" + path.string() + "': a plot's name must end in .png or .svg");
}

void draw(const std::filesystem::path& path, const std::string& script) {
    OutputFile file(path);
    file.write(run_gnuplot(script));
    file.commit();
}

// Up to which x has a tick at every whole number.
constexpr double counted_ticks = 12;

bool drawable(const Panel& panel, double x, double y) { return std::isfinite(x) && std::isfinite(y) && (!panel.logarithmic_y || y > 0); }

std::string panel_script(const Panel& panel, std::size_t number) {
    std::string data, plots;
    bool        legend = false;
    double      last   = 0;
    for (std::size_t place = 0; place < panel.curves.size(); ++place) {
        const Curve& curve = panel.curves[place];
        if (curve.x.size() != curve.y.size()) {
            throw ShapeError(fmt::format("plot_curves: '{}' has {} x for {} y", curve.title, curve.x.size(), curve.y.size()));
        }
        const std::string block  = fmt::format("$panel{}curve{}", number, place);
        std::size_t       points = 0;
        data += block + " << EOD\n";
        for (std::size_t point = 0; point < curve.x.size(); ++point) {
            if (!drawable(panel, curve.x[point], curve.y[point])) continue;
            data += fmt::format("{:.9g} {:.9g}\n", curve.x[point], curve.y[point]);
            ++points;
            last = std::max(last, std::abs(curve.x[point]));
        }
        data += "EOD\n";
        if (points == 0) continue;
        legend = legend || !curve.title.empty();
        // A single point makes no line, and a few are seen better with their points.
        plots += fmt::format("{}{} using 1:2 with {} linewidth 2 pointtype 7 pointsize 0.6 linecolor rgb '{}' {}", plots.empty() ? "" : ", ", block,
                             points <= 30 ? "linespoints" : "lines", colours[place % colours.size()],
                             curve.title.empty() ? "notitle" : "title " + quoted(curve.title));
    }
    if (plots.empty()) throw DataError("there is nothing to plot in '" + panel.title + "'");
    // Steps and epochs are counted: no ticks between them.
    return data + fmt::format("set title {}\nset xlabel {}\nset ylabel {}\nset xtics {}\n{} logscale y\n{}\nplot {}\n", quoted(panel.title),
                              quoted(panel.x_label), quoted(panel.y_label), last <= counted_ticks ? "1" : "autofreq",
                              panel.logarithmic_y ? "set" : "unset", legend ? "set key outside above right horizontal samplen 2" : "unset key",
                              plots);
}

} // namespace

void check_plot(const std::filesystem::path& path) {
    terminal(path, panel_height);
    run_gnuplot("");
    OutputFile{path};
}

void plot_curves(const std::filesystem::path& path, const std::vector<Panel>& panels) {
    std::string script = terminal(path, panel_height * static_cast<int>(panels.size()));
    script += "set grid linetype 1 linewidth 1 linecolor rgb '#d8d8d8'\nset lmargin 11\nset rmargin 4\nset format y '%g'\nset autoscale xfix\nset "
              "border 3\nset tics "
              "nomirror\n";
    script += fmt::format("set multiplot layout {},1\n", panels.size());
    for (std::size_t number = 0; number < panels.size(); ++number) script += panel_script(panels[number], number);
    draw(path, script + "unset multiplot\n");
}

void plot_confusion(const std::filesystem::path& path, const std::string& title, const Array<Index>& matrix) {
    if (matrix.dimension() != 2 || matrix.shape(0) != matrix.shape(1) || matrix.shape(0) == 0) {
        throw ShapeError("plot_confusion: the shape is " + to_string(matrix.shape()) + ", but [classes, classes] is needed");
    }
    const std::size_t classes = matrix.shape(0);
    std::string       cells;
    for (std::size_t label = 0; label < classes; ++label) {
        const Index* row   = matrix.data() + label * classes;
        double       total = 0;
        for (std::size_t answer = 0; answer < classes; ++answer) total += static_cast<double>(row[answer]);
        for (std::size_t answer = 0; answer < classes; ++answer) {
            const double share = total > 0 ? static_cast<double>(row[answer]) / total : 0.0;
            // White numbers on dark cells.
            cells += fmt::format("{} {} {:.6g} {} {}\n", answer, label, share, row[answer], share > 0.5 ? 0xffffff : 0x202020);
        }
    }
    std::string script = terminal(path, matrix_height);
    script += "$cells << EOD\n" + cells + "EOD\n";
    script += fmt::format("set title {}\nset xlabel 'answer'\nset ylabel 'label'\nset cblabel 'share of the label'\n", quoted(title));
    script += "set palette defined (0 '#ffffff', 0.02 '#d6e6f4', 0.2 '#8dc1dd', 1 '#08519c')\nset cbrange [0:1]\nset size square\nset tics scale 0\n";
    script +=
        fmt::format("set xrange [-0.5:{0}]\nset yrange [{0}:-0.5]\nset xtics 0,1\nset ytics 0,1\nunset key\n", static_cast<double>(classes) - 0.5);
    script += "plot $cells using 1:2:3 with image pixels, $cells using 1:2:4:5 with labels textcolor rgb variable\n";
    draw(path, script);
}

} // namespace xtgrad::examples
