#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <xtgrad/array/array.hpp>

namespace xtgrad::examples {

/// A line through the points (x[i], y[i]); points that are not finite are left out.
struct Curve {
    std::string         title; ///< for the legend; empty for none
    std::vector<double> x, y;
};

/// Curves over one pair of axes.
struct Panel {
    std::string        title, x_label, y_label;
    std::vector<Curve> curves;
    bool               logarithmic_y = false; ///< values of 0 and below are left out
};

/// Throws UsageError unless a plot can be drawn into `path`: it ends in .png or .svg, and gnuplot is there; and DataError where the file cannot be
/// written.
void check_plot(const std::filesystem::path& path);

/// Draws panels below each other into a .png or .svg by gnuplot; the file is replaced whole or not at all. Throws as check_plot, and DataError
/// with gnuplot's own words where it fails.
void plot_curves(const std::filesystem::path& path, const std::vector<Panel>& panels);

/// Draws a confusion matrix (row: label, column: answer) as a heat map: colours by the share of each label's row, counts as numbers. Throws as
/// plot_curves, and ShapeError unless the matrix is square.
void plot_confusion(const std::filesystem::path& path, const std::string& title, const Array<Index>& matrix);

} // namespace xtgrad::examples
