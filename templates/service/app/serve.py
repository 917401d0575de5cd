"""Answers every request; put your own service here."""

import http.server
import os


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ready\n")


port = int(os.environ["PORT"])
http.server.ThreadingHTTPServer(("", port), Answer).serve_forever()
