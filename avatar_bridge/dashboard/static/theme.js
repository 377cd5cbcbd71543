// Sets the theme before anything is drawn: what was chosen here before, or what the system likes.

(() => {
  const wanted = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try {
    chosen = localStorage.getItem("ab-theme");
  } catch {
    // a browser that keeps nothing
  }
  const apply = () => {
    document.documentElement.dataset.theme = chosen ?? (wanted.matches ? "dark" : "light");
  };
  wanted.addEventListener("change", apply);
  window.abToggleTheme = () => {
    chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("ab-theme", chosen);
    } catch {
      // then it lasts until the page is closed
    }
    apply();
  };
  apply();
})();
