"""The composition root: settings become concrete objects. The only place that names them."""
