"""The hook and the components on a page of somebody else, as the reference shows them."""

import re
import subprocess
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.async_api import Page, Route, expect

from tests.e2e.network import network
from tests.e2e.test_page import finished
from tests.processes import ServerProcess, node

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference" / "page.md"

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.refused]

HTML = """<!doctype html><div id="root"></div><script type="module" src="./main.tsx"></script>"""
MOUNT = """
import { useState } from "react";
import { createRoot } from "react-dom/client";

function Elsewhere() {
  const [shown, setShown] = useState(true);
  return (
    <>
      <button onClick={() => setShown(!shown)}>Toggle</button>
      {shown && <Live projectId={location.hash.slice(1)} />}
    </>
  );
}

createRoot(document.getElementById("root")!).render(<Elsewhere />);
"""
BUILD = """
import { build } from "vite";
import react from "@vitejs/plugin-react";
const [root, outDir] = process.argv.slice(1);
await build({
  configFile: false, logLevel: "error", root, base: "/embedded/", plugins: [react()],
  worker: { format: "es" },
  build: { outDir, minify: false, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
"""


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path, None, None]:
    """The example of the reference, built into a page of its own; the folder that it is in."""
    example = re.search(r"```tsx\n(.*?)```", REFERENCE.read_text("utf-8"), re.DOTALL)
    assert example is not None
    built = tmp_path_factory.mktemp("embedded")
    with TemporaryDirectory(dir=ROOT / "web" / "node_modules", prefix=".embedded-") as folder:
        code = example[1].replace('"./', '"../../src/')
        (Path(folder) / "main.tsx").write_text(code + MOUNT, "utf-8")
        (Path(folder) / "index.html").write_text(HTML, "utf-8")
        command = [node(), "--input-type=module", "--eval", BUILD, folder, str(built)]
        subprocess.run(command, cwd=ROOT / "web", check=True, timeout=100)
        yield built


async def test_they_work_alone_and_leave_no_connection(
    page: Page, server: ServerProcess, embedded: Path
) -> None:
    """Its worker is not at the server, so the reader in the page stands in."""

    async def serve(route: Route) -> None:
        name = route.request.url.split("/embedded/", 1)[1].split("#")[0] or "index.html"
        await route.fulfill(path=embedded / name)

    project = finished(server)
    async with network(server.url) as net:
        await page.route("**/embedded/**", serve)
        await page.goto(f"{net.url}/embedded/#{project}")
        await net.until(streams=1)
        await expect(page.locator(".cm-content")).to_contain_text(re.compile("[a-z]"))
        progress = page.get_by_role("progressbar")
        await expect(progress).to_have_attribute("aria-valuenow", "100", timeout=60_000)
        await expect(page.get_by_role("button", name="Add pagination")).to_be_enabled()
        toggle = page.get_by_role("button", name="Toggle")
        await toggle.click()
        await net.until(streams=0)
        await toggle.click()
        await net.until(streams=1)
        await page.goto("about:blank")
        await net.until(streams=0)
