defmodule Watcher.MixProject do
  use Mix.Project

  def project do
    find_pier()
    [app: :watcher, version: "0.1.0", deps: []]
  end

  def application do
    [extra_applications: [:logger, :pier]]
  end

  # pier is installed, not fetched: ERL_LIBS or pkg-config says where.
  defp find_pier do
    if :code.which(:pier) == :non_existing do
      pkg_config = System.get_env("PKG_CONFIG") || "pkg-config"

      case System.cmd(pkg_config, ["--variable=erl_libs", "pier"], stderr_to_stdout: true) do
        {libs, 0} when libs not in ["", "\n"] ->
          Code.append_path(Path.join([String.trim(libs), "pier", "ebin"]))

        _ ->
          Mix.raise("pier is not installed: neither ERL_LIBS nor pkg-config has it")
      end
    end
  end
end
