# A login shell sets PATH anew.
export PATH=/usr/local/go/bin:$PATH
