module holdfast/rehearsal/images

go 1.26.0
