"""The constants of `app.openapi` that describe refusals, by status."""

REFUSALS = {
    400: "KEY_MISSING",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "CONFLICT",
    412: "CHANGED",
    413: "TOO_LARGE",
    415: "WRONG_TYPE",
    422: "INVALID",
    428: "VERSION_MISSING",
}
