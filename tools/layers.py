"""layers.py: which folder may use which. The one table behind the build (what a test is linked with) and behind tidy
(what a file may include). ARCHITECTURE.md tells the same to people."""

import os

# Lowest first. A folder may use itself and what its row names; "all" means every folder before it in this list, and
# its neighbours marked in FEATURES (features may include each other's published headers, products never).
FOLDERS = {
    "base": [],
    "store": ["base"],
    "http": ["base", "generated"],
    "ledger": ["base", "store"],
    "jobs": ["base", "store"],
    "lending": ["base"],
    "debts": ["base", "store", "lending"],
    "engine": ["base", "store", "http", "ledger", "jobs", "generated"],
    "callbacks": ["base", "store", "http", "ledger", "jobs", "engine", "generated", "adapters/webcall"],
}
COMMON = ["base", "store", "http", "ledger", "jobs", "lending", "debts", "engine", "callbacks", "generated"]

# Features that every product may use, in the order in which they may use each other.
FEATURES = ["messaging", "identity", "operations", "spending", "support", "backoffice", "debtors", "acquiring",
            "payments", "autopay", "factors", "onboarding", "levels", "campaigns", "shops", "till", "desk",
            "recovery", "providers", "tokens", "push", "erasure", "closing", "imports", "agents", "merchants",
            "terminals", "showcase", "openapi"]

# Adapters that are features themselves: the demo's inbox has a page.
FEATURE_ADAPTERS = ["adapters/inbox"]

# Libraries of the system that only one folder may include, so that each has one owner.
OWNED_HEADERS = {
    "sqlite3.h": ["store"],
    "libpq-fe.h": ["store"],
    "microhttpd.h": ["http"],
    "jansson.h": ["base", "http", "engine", "identity", "messaging", "operations", "support", "backoffice", "payments",
                  "onboarding", "factors", "recovery", "push", "merchants", "showcase", "products", "adapters",
                  "sandbox", "test"],
    "yaml.h": ["engine"],
    "sodium.h": ["base", "http", "engine", "identity", "app"],
    "cairo.h": ["operations", "payments", "products", "backoffice"],
}


def may_use(folder):
    """Folders that `folder` may include from, itself first; a name ending in / stands for all below it. The folders
    outside src/ are called by their own names (sandbox, test, bench)."""
    if folder in FOLDERS:
        return [folder] + FOLDERS[folder]
    if folder in FEATURES or folder in FEATURE_ADAPTERS or folder.startswith("products/"):
        return [folder] + COMMON + FEATURES + ["adapters/"]
    if folder == "adapters/esia": # OAuth in a dialect of its own: tokens and exchanges are the same
        return [folder, "adapters/oidc", "adapters/webcall", "base"]
    if folder.startswith("adapters/"):
        return [folder, "adapters/webcall", "base"]
    if folder == "generated":
        return [folder, "base", "http"]
    if folder == "sandbox":
        return [folder, "base", "http", "generated"]
    if folder in ("app", "test", "bench", "test/fuzz"):
        return [folder, ""]
    return [folder, "base"]


def folders_with_sources(root):
    """Every folder under src/ that holds C files, as "base", "products/wallet", …; the lowest layers first."""
    found = []
    for path, folders, files in os.walk(os.path.join(root, "src")):
        folders.sort()
        name = os.path.relpath(path, os.path.join(root, "src")).replace(os.sep, "/")
        if name != "generated" and any(f.endswith(".c") for f in files):
            found.append(name)
    order = list(FOLDERS) + ["adapters"] + FEATURES + ["products", "app"]
    return sorted(found, key=lambda f: (order.index(f.split("/")[0]) if f.split("/")[0] in order else 99, f))
